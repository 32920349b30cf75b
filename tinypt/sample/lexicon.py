"""Nouns with gender, number and class, read from compact tables and inflected when read.

A list of nouns is written `name = items > general term | adjectives`, for example
`dish = bolo, torta > prato | caseiro delicioso`. The general term is the hypernym of the nouns. An item is `bolo`
(gender by ending), `gol:m` or `flor:f` (gender given), `*cozinheiro` (a person; the feminine follows by rule),
`ator/atriz` (a person; both given) or `atleta:c` (a person; one form for both). An underscore means a space inside an
item. `staple:o,- = ...` restricts the determiners of the list where it is the object of a scene.
"""

from dataclasses import dataclass
from functools import cache

from tinypt.sample.inflection import DETERMINERS, feminine, plural

_MASCULINE, _FEMININE = ("o", "ô", "é", "u"), ("a", "ção", "são", "gem", "dade", "ã")
_INVARIABLE = {"de", "do", "da", "em", "com", "sem", "contra", "a", "à", "para", "por"}
_DETERMINERS = ("o", "um", "os", "dois", "seu", "três", "alguns")
Adjective = tuple[str, str, str, str]  # masculine and feminine singular, masculine and feminine plural


@dataclass(frozen=True, eq=False, slots=True)
class Noun:
    """A noun of one gender, and its phrases: each determiner of DETERMINERS with the noun."""

    lemma: str
    gender: int  # 0 masculine, 1 feminine
    phrases: dict[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class NounList:
    """Nouns of one class, by gender. A person has both forms, at the same position; other nouns are in both lists."""

    name: str
    masculine: tuple[Noun, ...]
    feminine: tuple[Noun, ...]
    general: tuple[Noun, ...]  # the hypernym: none, one, or one for each gender
    adjectives: tuple[Adjective, ...]
    determiners: tuple[str, ...]  # natural before an object of this class, most likely first
    persons: bool


def parse_list(line: str) -> NounList:
    """Parse a list of nouns from its line in a table.

    Raises:
        ValueError: a noun's gender is not given and does not follow from its ending.
    """
    name, rest = (part.strip() for part in line.split("=", 1))
    name, _, determiners = name.partition(":")
    rest, _, adjectives = rest.partition("|")
    items, _, general = rest.partition(">")
    pairs = [_parse_item(item.strip()) for item in items.split(",")]
    return NounList(
        name,
        tuple(pair[0] for pair in pairs),
        tuple(pair[-1] for pair in pairs),
        _parse_item(general.strip()) if general.strip() else (),
        tuple(adjective(word) for word in adjectives.split()),
        tuple(determiners.split(",")) if determiners else _DETERMINERS,
        persons=any(len(pair) == 2 for pair in pairs),
    )


def _parse_item(item: str) -> tuple[Noun, ...]:
    word = item.replace("_", " ")
    if word.startswith("*"):
        return noun(word[1:], 0), noun(feminine(word[1:]), 1)
    if "/" in word:
        man, woman = word.split("/")
        return noun(man, 0), noun(woman, 1)
    lemma, _, mark = word.partition(":")
    if mark == "c":
        return noun(lemma, 0), noun(lemma, 1)
    if mark:
        return (noun(lemma, "mf".index(mark)),)
    head = lemma.split(" ")[0]
    if head.endswith(_FEMININE):
        return (noun(lemma, 1),)
    if head.endswith(_MASCULINE) and not head.endswith("ão"):
        return (noun(lemma, 0),)
    raise ValueError(f"give the gender of {lemma}")


@cache
def noun(lemma: str, gender: int) -> Noun:
    """A noun with all its phrases."""
    words = lemma, lemma if lemma[0].isupper() else plural(lemma)
    phrases = {name: f"{forms[gender]} {words[number]}".strip() for name, (number, *forms) in DETERMINERS.items()}
    return Noun(lemma, gender, phrases)


@cache
def adjective(lemma: str) -> Adjective:
    """The four forms of an adjective. They are equal for a phrase such as `de_madeira`."""
    word = lemma.replace("_", " ")
    if word.split(" ")[0] in _INVARIABLE:
        return word, word, word, word
    return word, feminine(word), plural(word), plural(feminine(word))
