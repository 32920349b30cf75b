"""Repairing one document: a pure function of its text and the parameters."""

from collections.abc import Callable
from dataclasses import dataclass

from tinypt.cleaning.lines import is_lossy, is_metadata
from tinypt.cleaning.text import fix_mojibake, normalise_space, remove_urls, strip_layers
from tinypt.params.clean import Clean


@dataclass(frozen=True)
class Repaired:
    """A repaired text, and by how many UTF-8 bytes each repair that changed it made it shorter."""

    text: str
    changes: dict[str, int]


def repair(text: str, rules: Clean) -> Repaired:
    """Apply the repairs that `rules` switch on, in order; white space is brought to normal form throughout."""
    changes: dict[str, int] = {}

    def note(rule: str, before: str, after: str) -> str:
        if after != before:
            changes[rule] = changes.get(rule, 0) + len(before.encode()) - len(after.encode())
        return after

    text = normalise_space(text)
    if rules.markup:
        stripped, had_markup, had_entities = strip_layers(text)
        stripped = normalise_space(stripped)
        if had_markup:
            changes["markup"] = len(text.encode()) - len(stripped.encode())
        elif had_entities:
            changes["entities"] = len(text.encode()) - len(stripped.encode())
        text = stripped
    if rules.mojibake:
        text = note("mojibake", text, normalise_space(fix_mojibake(text)))
    if rules.urls:
        text = note("urls", text, normalise_space(remove_urls(text)))
    if rules.metadata:
        text = note("metadata", text, _without(text, is_metadata))
    if rules.lossy_mojibake:
        text = note("lossy_mojibake", text, _without(text, is_lossy))
    return Repaired(text, changes)


def _without(text: str, unwanted: Callable[[str], bool]) -> str:
    return "\n".join(line for line in text.split("\n") if not unwanted(line))
