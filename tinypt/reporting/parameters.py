"""Differences between two versions of nested parameters."""

from collections.abc import Mapping
from typing import Any

from tinypt.reporting.tables import BLANK


def flatten_parameters(part: Any, prefix: str = "") -> dict[str, str]:
    """Every value of nested parameters as text under its dotted key, in order. A list is one value."""
    if not isinstance(part, Mapping):
        return {prefix: "null" if part is None else str(part)}
    found: dict[str, str] = {}
    for key, item in part.items():
        found |= flatten_parameters(item, f"{prefix}.{key}" if prefix else str(key))
    return found


def changed_parameters(before: Any, after: Any) -> dict[str, tuple[str, str]]:
    """Dotted keys whose values differ, each with the values before and after; BLANK where the key is missing."""
    old, new = flatten_parameters(before), flatten_parameters(after)
    pairs = {key: (old.get(key, BLANK), new.get(key, BLANK)) for key in dict.fromkeys([*old, *new])}
    return {key: (was, now) for key, (was, now) in pairs.items() if was != now}
