"""Sentence pairs with entailment and graded similarity. The hypothesis is a changed copy of the premise.

Each change has a cost in points of similarity; 5 is the same meaning. Changes that keep the hypothesis true (synonyms,
hypernyms, passive voice, omitted details) give entailment. A change that does not (negation, another action, person,
thing, number or place, exchanged roles, an added detail, another scene) gives none. Many pairs of both labels have
both kinds of changes, so that the shared words do not reveal the label.
"""

from dataclasses import dataclass
from random import Random

from tinypt.sample.events import Event, random_event
from tinypt.sample.rewording import FALSE, reword
from tinypt.sample.topic import TOPICS, Topic


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise and a hypothesis, with their similarity from 1 to 5, to one decimal."""

    premise: str
    hypothesis: str
    entailment: bool
    similarity: float


def make_pair(entailment: bool, rng: Random) -> Pair:
    """One pair with the given label."""
    while True:
        topic = rng.choice(TOPICS)
        premise = random_event(topic, rng)
        changed = reword(premise, rng, rng.randint(1, 3)) if entailment else _falsify(topic, premise, rng)
        if changed is None:
            continue
        hypothesis, cost = changed
        if hypothesis.text() != premise.text():
            similarity = min(5.0, max(1.0, 5 - cost + rng.gauss(0, 0.15)))
            return Pair(premise.text(), hypothesis.text(), entailment, round(similarity, 1))


def _falsify(topic: Topic, premise: Event, rng: Random) -> tuple[Event, float] | None:
    u = rng.random()
    if u < 0.12:
        return random_event(rng.choice([other for other in TOPICS if other is not topic]), rng), 4.0
    if u < 0.27:
        other = random_event(topic, rng)
        return (other, 3.0) if other.scene is not premise.scene else None
    change, cost, untouched = rng.choice(FALSE)
    changed = change(premise, rng)
    if changed is None or changed == premise:
        return None
    if u < 0.5:
        return changed, cost
    reworded = reword(changed, rng, rng.randint(1, 2), untouched)
    return None if reworded is None else (reworded[0], cost + reworded[1])
