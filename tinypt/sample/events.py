"""One event: who does what to whom, where and how; and the sentence that states it."""

from dataclasses import dataclass
from random import Random

from tinypt.sample.grammar import NounPhrase, Tense, passive_phrase, verb_phrase
from tinypt.sample.inflection import Verb
from tinypt.sample.lexicon import NounList
from tinypt.sample.templates import pick
from tinypt.sample.topic import Scene, Topic


@dataclass(frozen=True, slots=True)
class Event:
    """A scene with all its parts chosen."""

    scene: Scene
    agents: NounList
    agent: NounPhrase
    group: int
    verb: Verb
    preposition: str
    objects: NounList
    target: NounPhrase
    place: str = ""
    manner: str = ""
    tense: Tense = "progressive"
    negated: bool = False
    passive: bool = False

    def text(self) -> str:
        """The sentence, without a full stop."""
        if self.passive:
            predicate = passive_phrase(self.verb, self.tense, self.target.noun.gender, self.target.plural, self.negated)
            words = [self.target.text(), predicate, self.agent.text("por")]
        else:
            predicate = verb_phrase(self.verb, self.tense, self.agent.plural, self.negated)
            words = [self.agent.text(), predicate, self.target.text(self.preposition)]
        text = " ".join(filter(None, [*words, self.place, self.manner]))
        return text[0].upper() + text[1:]


def random_event(topic: Topic, rng: Random) -> Event:
    """A random event of the topic, affirmative and in the active voice."""
    scene = rng.choice(topic.scenes)
    agents, objects = rng.choice(scene.agents), rng.choice(scene.objects)
    group = rng.randrange(len(scene.verbs))
    verb, preposition = pick(scene.verbs[group], rng.random)
    determiners = ("um", "um", "o", "dois", "três") if agents.persons else agents.determiners
    return Event(
        scene,
        agents,
        _phrase(agents, determiners, 0.25, rng),
        group,
        verb,
        preposition,
        objects,
        _phrase(objects, tuple(name for name in objects.determiners if name != "seu"), 0.35, rng),
        rng.choice(scene.places) if rng.random() < 0.7 else "",
        rng.choice(scene.manners) if rng.random() < 0.35 else "",
        rng.choice(("progressive", "progressive", "past")),
    )


def _phrase(nouns: NounList, determiners: tuple[str, ...], share: float, rng: Random) -> NounPhrase:
    chosen = pick(rng.choice((nouns.masculine, nouns.feminine)), rng.random)
    modifier = rng.choice(nouns.adjectives) if nouns.adjectives and rng.random() < share else None
    return NounPhrase(chosen, pick(determiners, rng.random), modifier)
