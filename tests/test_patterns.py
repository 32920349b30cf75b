"""Regular expressions mean the same to every Python that the README names."""

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for folder in ("tinypt", "stages", "demo", "ci")
    for file in (ROOT / folder).rglob("*.py")
    if "re.compile(" in file.read_text(encoding="utf-8")
)
_ONE = (op.IN, op.LITERAL, op.NOT_LITERAL, op.ANY)


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _patterns(item)


def _misread(parsed: Any) -> Iterator[Any]:
    """Possessive repetitions of more than one character, which Python before 3.11.5 misreads (gh-106052)."""
    for kind, argument in parsed:
        if kind is op.POSSESSIVE_REPEAT and (len(argument[2]) > 1 or argument[2][0][0] not in _ONE):
            yield argument[2]
        for part in _parts(argument):
            yield from _misread(part)


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for part in argument:
            yield from _parts(part)


def _faults(pattern: re.Pattern[Any]) -> list[str]:
    return [str(part) for part in _misread(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))]


@pytest.mark.parametrize("module", MODULES)
def test_no_pattern_is_misread_by_an_older_python(module: str) -> None:
    found = [_faults(pattern) for value in vars(import_module(module)).values() for pattern in _patterns(value)]
    assert not any(found), found


def test_the_check_finds_such_patterns() -> None:
    assert _faults(re.compile(r"<(?:ab|c)*+>"))
    assert _faults(re.compile(r"x(?>(?:ab)?+)"))
    assert not _faults(re.compile(r"[ab]*+x++.?+(?>(?:a|b)*)"))
