"""One clean document: a title, and paragraphs with one topic, two persons and one mood.

Words can be predicted from the context. In order of the context needed: agreement and contraction inside a noun
phrase; verbs that select their objects; time words that fit the tense; nouns that stay the same in the whole document
(the dish, the team, the city, the names); a mood that the opening hides and the ending shows.
"""

from dataclasses import dataclass
from random import Random

from tinypt.sample.grammar import NounPhrase, Tense, passive_phrase, sentence, verb_phrase
from tinypt.sample.inflection import DETERMINERS
from tinypt.sample.lexicon import NounList
from tinypt.sample.story import Story, new_story, slot_reader
from tinypt.sample.templates import Render, compile_template, pick
from tinypt.sample.topic import COMMON_SECTIONS, TOPICS, Scene, Template, Topic
from tinypt.sample.vocabulary import BUT, GENERAL, SO, THEN, TIMES

_AGENTS = ("o", "um", "os", "alguns", "dois", "outro", "três", "muitos")
_PAST: tuple[Tense, ...] = ("past",) * 6
_TENSES: tuple[Tense, ...] = (*_PAST, "present", "imperfect", "progressive", "future")
_SHORTEST, _LONGEST = 55, 135  # words at which a document may end


def _openers(text: str) -> Render[Story]:
    return compile_template(f"({text})", slot_reader(dict(GENERAL)))


_TIME = {tense: _openers(text) for tense, text in TIMES.items()}
_THEN, _BUT = _openers(THEN), _openers(BUT)
_SO = {mood: _openers(text) for mood, text in SO.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """A title, and the text: paragraphs joined by newlines."""

    topic: str
    title: str
    text: str


def write_document(rng: Random) -> Document:
    """A document of about 60 to 190 words in 2 to 6 paragraphs."""
    topic = pick(TOPICS, lambda: rng.random() ** 0.75)
    story = new_story(rng.random, topic.lists, topic.heroes, topic.others)
    writer = _Writer(topic, story, rng.choice(("good", "good", "good", "bad", "bad", "mixed")))
    title = writer.title()
    paragraphs = writer.paragraphs()
    return Document(topic.name, title, "\n".join(paragraphs))


class _Writer:
    """Chooses the sentences of one document. No sentence occurs twice."""

    def __init__(self, topic: Topic, story: Story, mood: str) -> None:
        self.topic, self.story, self.mood = topic, story, mood
        self.used: set[Template | Scene] = set()
        self.scenes_left = 7
        self.facts_left = 2

    def title(self) -> str:
        """A headline. It mentions no person."""
        title = self._render(self.topic.sections["title"])[0]
        self.story.hero.introduced = self.story.other.introduced = False
        return title[0].upper() + title[1:]

    def paragraphs(self) -> list[str]:
        """The opening, the middle and the ending."""
        random = self.story.random
        target = _SHORTEST + int((_LONGEST - _SHORTEST) * random() ** 1.3)
        paragraphs = [[*self._tell(self.topic.sections["open"]), *self._middle()]]
        words = self._count(paragraphs)
        while words < target:
            paragraph = self._middle()
            for _ in range(1 + int(random() * 3)):
                paragraph += self._middle()
            paragraphs.append(paragraph)
            words = self._count(paragraphs)
        if random() < 0.15:
            paragraphs[-1] += self._ending()
        else:
            paragraphs.append(self._ending())
        return [" ".join(paragraph) for paragraph in paragraphs]

    @staticmethod
    def _count(paragraphs: list[list[str]]) -> int:
        return sum(text.count(" ") + 1 for paragraph in paragraphs for text in paragraph)

    def _middle(self) -> list[str]:
        u = self.story.random()
        if u < 0.45 and self.scenes_left:
            return [sentence(self._scene())]
        if u < 0.93 or not self.facts_left:
            return self._tell(self.topic.sections["body"] + COMMON_SECTIONS["body"])
        self.facts_left -= 1
        return self._tell(self.topic.sections["fact"])

    def _ending(self) -> list[str]:
        story, mood, own = self.story, self.mood, self.topic.sections
        if mood == "mixed":
            # events of one mood, opinions of the other
            first, second = ("good", "bad") if story.random() < 0.5 else ("bad", "good")
            return [*self._tell(own[first]), *self._tell(COMMON_SECTIONS[second], _BUT(story))]
        either = own[mood] + COMMON_SECTIONS[mood]
        return [*self._tell(either, _SO[mood](story) if story.random() < 0.4 else ""), *self._tell(either)]

    def _tell(self, templates: tuple[Template, ...], opener: str = "") -> list[str]:
        first, *rest = self._render(templates)
        # no connective before direct speech
        text = f"{opener} {first}" if opener and first[0] != '"' else first
        return [sentence(text), *map(sentence, rest)]

    def _render(self, templates: tuple[Template, ...]) -> list[str]:
        template = templates[int(len(templates) * self.story.random())]
        while template in self.used:
            template = templates[int(len(templates) * self.story.random())]
        self.used.add(template)
        texts = []
        for part in template:
            self.story.next_sentence()
            texts.append(part(self.story))
        return texts

    def _scene(self) -> str:
        story, random = self.story, self.story.random
        story.next_sentence()
        scenes = self.topic.scenes
        scene = scenes[int(len(scenes) * random())]
        while scene in self.used:
            scene = scenes[int(len(scenes) * random())]
        self.used.add(scene)
        self.scenes_left -= 1
        tense = _TENSES[int(len(_TENSES) * random())]
        opener, when = "", tense != "past" or random() < 0.4
        if when or random() < 0.2:
            opener = (_TIME[tense] if when else _THEN)(story) + " "
        verb, preposition = pick(pick(scene.verbs, random), random)
        target = self._phrase(scene.objects, ())
        rest = (f" {pick(scene.places, random)}" if random() < 0.6 else "") + (
            f" {pick(scene.manners, random)}" if random() < 0.35 and not when else ""
        )
        person = story.hero if random() < 0.7 else story.other
        if random() < 0.45 and (scene.anybody or person.role in scene.roles):
            subject, number = story.mention(person, subject=True), 0
        else:
            agent = self._phrase(scene.agents, _AGENTS)
            if random() < 0.15 and tense == "past" and not preposition and target.determiner not in ("-", "--"):
                gender, number = target.noun.gender, target.plural
                done = passive_phrase(verb, tense, gender, number)
                return f"{opener}{target.text()} {done} {agent.text('por')}{rest}"
            subject, number = agent.text(), agent.plural
        predicate = verb_phrase(verb, tense, number, negated=target.determiner == "o" and random() < 0.12)
        return f"{opener}{subject} {predicate} {target.text(preposition)}{rest}"

    def _phrase(self, lists: tuple[NounList, ...], determiners: tuple[str, ...]) -> NounPhrase:
        random = self.story.random
        nouns = pick(lists, random)
        determiner = pick(determiners if determiners and nouns.persons else nouns.determiners, random)
        kept = self.story.nouns.get(nouns.name.capitalize())
        noun = kept if kept and random() < 0.5 else self.story.noun(nouns.name, bool(DETERMINERS[determiner][0]))
        modifier = pick(nouns.adjectives, random) if nouns.adjectives and random() < 0.3 else None
        return NounPhrase(noun, determiner, modifier)
