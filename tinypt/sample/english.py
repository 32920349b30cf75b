"""An English-like corpus from a hand-written grammar, used to pre-train the stand-in for English BERT-tiny."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tinypt.sample.grammar import sentence
from tinypt.sample.templates import Render, compile_template, pick, words

_MEN = words("John James Robert Michael David William Thomas Peter Henry George Arthur Frank Simon Oliver Jack Edward")
_WOMEN = words("Mary Anna Helen Susan Margaret Alice Emily Sarah Jane Laura Ruth Kate Lucy Emma Grace Rachel")
_SURNAMES = words("Smith Brown Taylor Wilson Walker Hill Green Baker Turner Cooper Ward Hughes Price Wood Bell Fisher")
_TOWNS = words("Oxford Bristol Leeds York Boston Denver Austin Portland Dublin Chester Salem Lincoln Durham Albany")

_LISTS = """
animal: dog cat horse rabbit bird pony kitten puppy goat duck
colour: black white brown grey small young old hungry
food: bread cheese rice soup apple potato onion carrot egg cake pie salad butter fish
tool: knife spoon pan pot bowl oven plate
room: kitchen garden bedroom hall office garage
sport: football tennis cricket rugby basketball
team: team club side school squad
crop: wheat corn barley potato apple bean
machine: tractor truck engine pump van
device: computer phone printer camera radio tablet
part: screen battery keyboard cable button
place: park river hill lake beach bridge castle museum market
vehicle: train bus car boat bicycle plane taxi
weather: rain snow wind fog storm frost
subject: history science music English art geography
book: book letter story poem newspaper map
instrument: piano guitar violin drum flute trumpet
song: song tune ballad hymn record
person: teacher doctor farmer driver nurse singer writer baker lawyer student player neighbour guide
body: leg arm back knee shoulder hand
drug: pill cream syrup vaccine
relation: brother sister mother father uncle aunt friend cousin son daughter
day: Monday Tuesday Wednesday Thursday Friday Saturday Sunday
month: January February March April May June July August September October November December
number: two three four five six seven ten twelve twenty
good: good great lovely excellent wonderful nice perfect
bad: bad terrible awful poor sad horrible
"""

_ANY = """
{Name} was (born|raised) in {town} and (lived|worked) there for {number} years.
{he} (met|saw|called) {his} {relation} (on {day}|in {month}|after work|at the {place}).
"(It was a {good} day|I am very happy|We had a {good} time)", (said|wrote) {Name}.
"(It was a {bad} day|I am very tired|We had a {bad} time)", (said|wrote) {Name}.
{Name} (did not know|could not say|never asked) (why|when|how) it (happened|began|ended).
More than {number} hundred people (came|watched|wrote letters) that (day|week|year).
It was (one of the most|not the most) (famous|important|popular) {place}s in {town}.
In {month}, the {person} (moved|returned|travelled) to {town} with {his} {relation}.
There was (nothing|something|not much) that the {person} could do about it.
"""

_TOPICS = {
    "home": """
{Name} (cooked|made|baked) the {Food} in the {room} with some {food} and {food}.
{he} (cut|washed|peeled) the {Food} and (put|left) it in the {tool} for {number} minutes.
The {Food} was (too hot|{good}|{bad}|burnt), but {his} {relation} (ate|liked|took) all of it.
Add the {food} to the {tool}, stir well and serve with {food}.
The smell of {Food} filled the {room} and everybody was hungry.
{his} {relation} (bought|sold|carried) {number} {food}s at the market on {day}.
""",
    "pets": """
{Name} (found|lost|adopted) a {colour} {Animal} near the {place}.
The {Animal} (slept|played|hid) in the {room} and (ate|drank) very little.
{he} took the {Animal} to the vet, who (looked at|cleaned|bandaged) its {body}.
Every morning the {Animal} (runs|walks|jumps) (across|around|into) the {room}.
The {colour} {Animal} and the {animal} are (good friends|always together|never quiet).
A {animal} should have fresh water, a dry place and a little {food}.
""",
    "sport": """
The {Team} won the {Sport} match in {town} by {number} points.
The {Team} lost the {Sport} match in {town} because the players were tired.
{Name}, who plays {Sport} for the {Team}, hurt {his} {body} on {day}.
After the {weather}, the field was wet and the ball did not roll.
The crowd (sang|shouted|cheered) until the end of the match.
The coach asked the players to run (faster|more slowly|together).
""",
    "farm": """
{Name} (grew|planted|sold) {Crop} on a farm near {town}.
The {weather} (destroyed|damaged|saved) the {Crop} in {month}.
{he} repaired the {Machine} and drove it to the field before the {weather}.
The {animal}s broke the fence and ate some of the {Crop}.
The price of {Crop} (rose|fell) and the farmers were (happy|worried).
Good {Crop} needs sun in {month} and not too much rain.
""",
    "computers": """
{Name} (bought|sold|repaired) a new {Device} for {his} {relation}.
The {part} of the {Device} was broken, so {he} had to change it.
{he} wrote a program that (counts|draws|reads) every {book} in the office.
The {Device} was very slow, and then it stopped.
People use the {Device} to (read|write|send) a {book} or to hear a {song}.
The company makes {number} {Device}s every day.
""",
    "travel": """
{Name} took the {Vehicle} from {town} to the {Place}.
The {Vehicle} was late because of the {weather}.
The {Place} is {number} miles from {town} and was built by a {person}.
{he} (walked|waited|slept) near the {Place} until the {weather} was over.
Visitors can see the {Place} every day, but not in {month}.
{his} bag was lost at the station and found on {day}.
""",
    "school": """
{Name} teaches {Subject} at a school in {town}.
The students read a {Book} about {Subject} and wrote about it.
{he} forgot the {Book} at home and had to ask {his} {relation} for it.
The exam in {Subject} was (easy|hard|long), and {number} students failed.
A {person} came to the school and spoke about {Subject}.
The children (drew|made|lost) a {book} in the {room}.
""",
    "music": """
{Name} (played|learned|sold) the {Instrument} in a band from {town}.
The {Song} was written by a {person} in {month}.
The concert was (long|{good}|{bad}), and the people (danced|left|sang).
{he} sang the {Song} with {his} {relation} and a {Instrument}.
The {Instrument} is older than the {instrument}, but it is not as loud.
They made a record with {number} {song}s in {town}.
""",
    "health": """
The doctor looked at the {Body} of {Name} and gave {him} a {drug}.
{he} had a pain in the {Body} and did not sleep for {number} days.
The nurse (visited|helped|called) the patients on {day}.
If your {Body} hurts, you should rest and drink water.
{his} {relation} was very ill, but the {drug} worked.
The hospital in {town} was full and {Name} had to wait.
""",
}


@dataclass(slots=True)
class _Page:
    random: Callable[[], float]
    name: str
    surname: str
    man: bool
    kept: dict[str, str] = field(default_factory=dict)


_WORDS = {name: items.split() for name, items in (line.split(":") for line in _LISTS.strip().split("\n"))}
_PRONOUNS = {"he": ("she", "he"), "his": ("her", "his"), "him": ("her", "him")}


def _slot(name: str) -> Render[_Page]:
    if name in _PRONOUNS:
        return lambda page: _PRONOUNS[name][page.man]
    if name == "Name":
        return lambda page: pick((page.name, page.name, f"{page.name} {page.surname}"), page.random)
    if name == "town":
        return lambda page: pick(_TOWNS, page.random)
    nouns = _WORDS[name.lower()]
    if name.islower():
        return lambda page: pick(nouns, page.random)

    def kept(page: _Page) -> str:
        if name not in page.kept:
            page.kept[name] = pick(nouns, page.random)
        return page.kept[name]

    return kept


def _compile(table: str) -> list[Render[_Page]]:
    return [compile_template(line, _slot) for line in table.strip().split("\n")]


_SENTENCES = [(_compile(table), _compile(_ANY)) for table in _TOPICS.values()]


def english_document(rng: Random) -> str:
    """A text of about 60 to 140 words in 2 to 4 paragraphs, joined by newlines."""
    own, common = rng.choice(_SENTENCES)
    man = rng.random() < 0.5
    page = _Page(rng.random, rng.choice(_MEN if man else _WOMEN), rng.choice(_SURNAMES), man)
    chosen = [*rng.sample(own, rng.randint(4, 6)), *rng.sample(common, rng.randint(2, 5))]
    rng.shuffle(chosen)
    sentences = [_with_article(sentence(render(page))) for render in chosen]
    size = rng.choice((3, 4))
    return "\n".join(" ".join(sentences[start : start + size]) for start in range(0, len(sentences), size))


def _with_article(text: str) -> str:
    for vowel in "aeiou":
        text = text.replace(f" a {vowel}", f" an {vowel}").replace(f"A {vowel}", f"An {vowel}")
    return text


def english_texts(documents: int, seed: int) -> Iterator[str]:
    """Texts of an English-like corpus. Each has its own random stream, so text i does not depend on the others."""
    for index in range(documents):
        yield english_document(Random(f"{seed}/english/{index}"))
