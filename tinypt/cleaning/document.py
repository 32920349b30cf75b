"""Repairing one document: a pure function of its text and the parameters."""

from collections.abc import Callable
from dataclasses import dataclass

from tinypt.cleaning.lines import is_lossy, is_metadata
from tinypt.cleaning.text import fix_mojibake, normalise_space, remove_urls, straighten_quotes, strip_layers
from tinypt.params.clean import Clean

_ROUNDS = 4  # one repair can bring to light what another is for; real text is stable after two


@dataclass(frozen=True)
class Repaired:
    """A repaired text, and by how many UTF-8 bytes each repair that changed it made it shorter."""

    text: str
    changes: dict[str, int]


def repair(text: str, rules: Clean) -> Repaired:
    """Apply the repairs that `rules` switch on, in order, until none changes the text any more.

    White space is brought to normal form throughout; that alone is no repair.
    """
    changes: dict[str, int] = {}
    for _ in range(_ROUNDS):
        before = text
        text = _repair_once(text, rules, changes)
        if text == before:
            break
    return Repaired(text, changes)


def _repair_once(text: str, rules: Clean, changes: dict[str, int]) -> str:
    def note(rule: str, before: str, after: str) -> str:
        before, after = normalise_space(before), normalise_space(after)
        if after != before:
            changes[rule] = changes.get(rule, 0) + len(before.encode()) - len(after.encode())
        return after

    if rules.markup:
        stripped, had_markup, had_entities = strip_layers(text)
        if had_markup or had_entities:
            note("markup" if had_markup else "entities", text, stripped)
        text = stripped
    # Up to here white space is as it came: ftfy needs the no-break spaces that belong to mojibake.
    if rules.mojibake:
        fixed = fix_mojibake(text)
        if fixed != text:
            note("mojibake", straighten_quotes(text), fixed)
        text = fixed
    text = normalise_space(text)
    if rules.urls:
        plain = remove_urls(text)
        text = note("urls", text, plain) if plain != text else text
    if rules.metadata:
        text = note("metadata", text, _without(text, is_metadata))
    if rules.lossy_mojibake and "?" in text:
        text = note("lossy_mojibake", text, _without(text, is_lossy))
    return text


def _without(text: str, unwanted: Callable[[str], bool]) -> str:
    return "\n".join(line for line in text.split("\n") if not unwanted(line))
