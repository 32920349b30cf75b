"""Noun phrases and clauses: agreement in gender and number, contraction, tense, negation, passive voice."""

from dataclasses import dataclass
from typing import Literal

from tinypt.sample.inflection import DETERMINERS, Verb, conjugate
from tinypt.sample.lexicon import Adjective, Noun, adjective

Tense = Literal["present", "past", "imperfect", "future", "progressive"]

# preposition + determiner contracted to one word, itself a determiner
_CONTRACTED = {
    (preposition, determiner): contracted
    for preposition, contractions in {
        "de": "o do, os dos, um dum, esse desse",
        "em": "o no, os nos, um num, esse nesse",
        "a": "o ao, os aos",
        "por": "o pelo, os pelos",
    }.items()
    for determiner, contracted in [pair.split() for pair in contractions.split(", ")]
}


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A determiner (a key of DETERMINERS), a noun, and an optional adjective after it."""

    noun: Noun
    determiner: str
    adjective: Adjective | None = None

    @property
    def plural(self) -> int:
        """0 or 1."""
        return DETERMINERS[self.determiner][0]

    def text(self, preposition: str = "") -> str:
        """The words of the phrase, after a preposition, contracted where Portuguese requires it."""
        contracted = _CONTRACTED.get((preposition, self.determiner))
        if contracted:
            words = self.noun.phrases[contracted]
        else:
            words = (
                f"{preposition} {self.noun.phrases[self.determiner]}"
                if preposition
                else self.noun.phrases[self.determiner]
            )
        return f"{words} {agree(self.adjective, self.noun.gender, self.plural)}" if self.adjective else words


def agree(forms: Adjective, gender: int, number: int) -> str:
    """The form of an adjective for a gender (1 feminine) and number (1 plural)."""
    return forms[2 * number + gender]


_TO_BE, _TO_BE_SO = conjugate("ser"), conjugate("estar")


def verb_phrase(verb: Verb, tense: Tense, number: int, negated: bool = False) -> str:
    """A verb in the third person; `progressive` is `está cortando`."""
    progressive = tense == "progressive"
    words: str = f"{_TO_BE_SO.present[number]} {verb.gerund}" if progressive else getattr(verb, tense)[number]
    return f"não {words}" if negated else words


def passive_phrase(verb: Verb, tense: Tense, gender: int, number: int, negated: bool = False) -> str:
    """A verb in the passive voice that agrees with its subject: `foi cortada`, `está sendo cortada`."""
    participle = agree(adjective(verb.participle), gender, number)
    return f"{verb_phrase(_TO_BE, tense, number, negated)} {participle}"


def sentence(text: str) -> str:
    """Text with an initial capital and a final full stop, unless it already ends a sentence."""
    start = 1 if text[0] == '"' else 0
    text = text[:start] + text[start].upper() + text[start + 1 :]
    return text if text[-1] in ".!?" else text + "."
