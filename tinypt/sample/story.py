"""The persons and things of one document, and the filling of template slots with correct agreement.

Slots, in braces, in templates of the Portuguese sample:

- `o dish`: a determiner (a key of DETERMINERS, or `nn` for a number word, `NN` for digits) and a noun of the list
  `dish`. `- dish` or `dish`: no determiner. `o Dish`: the same noun in the whole document; `o Dish2`: another one.
  `o dish+`: sometimes with an adjective. `^o dish`: the subject, with which verbs and adjectives agree.
- `hero`, `other`: the persons of the document; `de hero` contracts the preposition. `^hero`: as a subject, which may
  be a pronoun or the role.
- `!verb/verb`: one of the verbs, in the past, agreeing with the subject; `!verb.p` present, `.i` imperfect,
  `.f` future.
- `~adjective/adjective`: agrees with the subject; `*adjective`: with the latest noun phrase; `h~adjective`: with the
  hero.
- a name of VALUES: a city, month, number...
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tinypt.sample.grammar import NounPhrase, agree
from tinypt.sample.inflection import DETERMINERS, conjugate
from tinypt.sample.lexicon import Noun, NounList, adjective
from tinypt.sample.templates import Render, pick
from tinypt.sample.vocabulary import AGES, CITIES, FIRST_NAMES, GENERAL, MONTHS, ORDINALS, SURNAMES

_NUMERALS = ("dois", "três", "quatro", "cinco", "seis", "dez", "doze")
_TENSES = {"p": "present", "i": "imperfect", "f": "future"}


@dataclass(slots=True)
class Person:
    """A person mentioned repeatedly in a document."""

    first_name: str
    surname: str
    role: Noun
    age: int
    introduced: bool = False


@dataclass(slots=True)
class Story:
    """The state of one document during generation."""

    random: Callable[[], float]
    lists: dict[str, NounList]
    hero: Person
    other: Person
    city: str
    nouns: dict[str, Noun] = field(default_factory=dict)  # fixed noun, or latest noun, by name
    gender: int = 0  # of the latest subject
    number: int = 0
    noun_gender: int = 0  # of the latest noun phrase, subject or not
    noun_number: int = 0
    subject: Person | None = None  # of the latest clause in this sentence
    before: Person | None = None  # of the latest clause in the sentence before

    def next_sentence(self) -> None:
        """Start a sentence. A pronoun can refer only to the sentence before."""
        self.before, self.subject = self.subject, None

    def mention(self, person: Person, subject: bool, preposition: str = "") -> str:
        """A name, role or pronoun for a person. A pronoun only if the latest subject was the same person."""
        latest, u = self.subject or self.before, self.random()
        if subject:
            self.gender, self.number, self.subject, self.before = person.role.gender, 0, person, None
        if not person.introduced:
            person.introduced = True
            return f"{NounPhrase(person.role, 'o').text(preposition)} {person.first_name} {person.surname}"
        if not subject:
            return f"{preposition} {person.first_name}".lstrip()
        if latest is person and u < 0.5:
            return "ela" if person.role.gender else "ele"
        if u < 0.68:
            return person.role.phrases["o"]
        return person.first_name if u < 0.95 else f"{person.first_name} {person.surname}"

    def noun(self, name: str, plural: bool) -> Noun:
        """A noun of a list. A capitalised name gives the same noun in the whole document."""
        kept = name[0].isupper()
        if kept and name in self.nouns:
            return self.nouns[name]
        base = name.rstrip("2").lower()
        nouns = self.lists[base]
        for _ in range(6):
            feminine = nouns.persons and self.random() < (0.2 if plural else 0.5)
            chosen = pick(nouns.feminine if feminine else nouns.masculine, self.random)
            if chosen not in self.nouns.values() and chosen is not self.hero.role and chosen is not self.other.role:
                break
        self.nouns[name if kept else base] = chosen
        return chosen


def new_story(random: Callable[[], float], lists: dict[str, NounList], heroes: list[str], others: list[str]) -> Story:
    """Choose a document's persons and place. `heroes` and `others` are the lists of their roles."""
    hero = other = _person(random, lists, heroes)
    while other.role.lemma == hero.role.lemma or other.first_name == hero.first_name:
        other = _person(random, lists, others)
    return Story(random, lists, hero, other, pick(CITIES, random))


def _person(random: Callable[[], float], lists: dict[str, NounList], roles: list[str]) -> Person:
    gender = int(random() * 2)
    nouns = lists[pick(roles, random)]
    role = pick(nouns.feminine if gender else nouns.masculine, random)
    low, high = AGES.get(role.lemma, (23, 59))
    return Person(pick(FIRST_NAMES[gender], random), pick(SURNAMES, random), role, low + int((high - low) * random()))


def _digits(low: int, high: int) -> Render[Story]:
    return lambda story: str(low + int((high - low + 1) * story.random()))


def _one_of(*texts: str) -> Render[Story]:
    return lambda story: pick(texts, story.random)


def _city_elsewhere(story: Story) -> str:
    city = pick(CITIES, story.random)
    return city if city != story.city else CITIES[-1 - CITIES.index(city)]


VALUES: dict[str, Render[Story]] = {
    "city": lambda story: story.city,
    "city2": _city_elsewhere,
    "month": _one_of(*MONTHS),
    "year": _digits(2003, 2014),
    "future_year": _digits(2015, 2018),
    "hour": _one_of(
        "8h", "9h", "7h", "20h", "19h30", "14h", "10h", "18h", "15h30", "21h", "7h30", "11h", "16h", "9h30"
    ),
    "minute": _digits(5, 44),
    "age": lambda story: str(story.hero.age),
    "pct": _digits(3, 60),
    "millions": _digits(2, 40),
    "hot": _digits(33, 41),
    "cold": _digits(2, 11),
    "kmh": _one_of("80", "90", "70", "100", "110"),
    "bus_line": _digits(10, 60),
    "big": _one_of("200", "300", "500", "800", "mil", "2 mil", "5 mil", "10 mil"),
    "money": _one_of("R$ 10", "R$ 20", "R$ 30", "R$ 50", "R$ 15", "R$ 80", "R$ 100", "R$ 200"),
    "fare": _one_of("R$ 3,20", "R$ 2,80", "R$ 3,50", "R$ 2,40", "R$ 4,10"),
    "wage": _one_of("800", "900", "1.200", "1.500", "2 mil", "2.400", "3 mil"),
    "score": _one_of("2 a 1", "1 a 0", "2 a 0", "3 a 1", "3 a 2", "3 a 0", "4 a 1"),
    "ordm": _one_of(*ORDINALS),
    "ordf": _one_of(*(ordinal[:-1] + "a" for ordinal in ORDINALS)),
}


def slot_reader(lists: dict[str, NounList]) -> Callable[[str], Render[Story]]:
    """The slot function for `compile_template`, for slots that name these lists.

    The returned function raises KeyError for a slot whose list, determiner or value does not exist.
    """

    def read(slot: str) -> Render[Story]:
        subject, slot = slot[0] == "^", slot.removeprefix("^")
        if slot.endswith(("hero", "other")):
            return _person_slot(slot, subject)
        if slot[0] == "!":
            return _verb(slot[1:])
        if "~" in slot or slot[0] == "*":
            return _adjective(slot)
        if slot in VALUES:
            return VALUES[slot]
        determiner, name = slot.split(" ") if " " in slot else ("-", slot)
        return _noun_phrase(determiner, name, subject, lists)

    return read


def _person_slot(slot: str, subject: bool) -> Render[Story]:
    preposition, _, name = slot.rpartition(" ")
    if name == "hero":
        return lambda story: story.mention(story.hero, subject, preposition)
    return lambda story: story.mention(story.other, subject, preposition)


def _verb(slot: str) -> Render[Story]:
    names, _, tense = slot.partition(".")
    verbs = [
        getattr(conjugate(name.replace("_", " ")), _TENSES[tense] if tense else "past") for name in names.split("/")
    ]
    return lambda story: pick(verbs, story.random)[story.number]


def _adjective(slot: str) -> Render[Story]:
    adjectives = [adjective(word) for word in slot.lstrip("h~*").split("/")]
    if slot[0] == "*":
        return lambda story: agree(pick(adjectives, story.random), story.noun_gender, story.noun_number)
    if slot[0] == "h":
        return lambda story: agree(pick(adjectives, story.random), story.hero.role.gender, 0)
    return lambda story: agree(pick(adjectives, story.random), story.gender, story.number)


def _noun_phrase(determiner: str, name: str, subject: bool, lists: dict[str, NounList]) -> Render[Story]:
    adjectives = name.endswith("+")
    name = name.removesuffix("+")
    base = name.rstrip("2").lower()
    if base not in lists:
        lists[base] = GENERAL[base]
    modifiers = lists[base].adjectives
    number = 1 if determiner in ("nn", "NN") else DETERMINERS[determiner][0]

    def render(story: Story) -> str:
        noun = story.noun(name, bool(number))
        story.noun_gender, story.noun_number = noun.gender, number
        if subject:
            story.gender, story.number, story.subject, story.before = noun.gender, number, None, None
        if determiner == "nn":
            words = noun.phrases[pick(_NUMERALS, story.random)]
        elif determiner == "NN":
            words = f"{20 + int(story.random() * 90) * 10} {noun.phrases['--']}"
        else:
            words = noun.phrases[determiner]
        if adjectives and story.random() < 0.6:
            return f"{words} {agree(pick(modifiers, story.random), noun.gender, number)}"
        return words

    return render
