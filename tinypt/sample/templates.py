"""A small template language, the same for every language of the sample.

Plain text is copied. `(a|b|c)` gives one of its alternatives, which may be empty and may contain templates. `{name}` is
a slot, which the language's grammar fills. Earlier alternatives are more likely, so that a model has to learn graded
probabilities.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")

_TOKEN = re.compile(r"[(|)]|\{[^}]*\}|[^(|){]+")
_SKEW = 1.5  # probability density of a position p in 0..1 falls as p ** (1 / _SKEW - 1): 1.0 would be uniform


class HasRandom(Protocol):
    """The object that a template is rendered with. It has a source of random numbers from 0 to 1."""

    @property
    def random(self) -> Callable[[], float]:
        """Draw the next number."""


C = TypeVar("C", bound=HasRandom)
Render = Callable[[C], str]


def words(text: str) -> tuple[str, ...]:
    """The words of a table."""
    return tuple(text.split())


def pick(items: Sequence[T], random: Callable[[], float]) -> T:
    """One of the items; earlier ones are more likely."""
    return items[int(len(items) * random() ** _SKEW)]


def compile_template(source: str, slot: Callable[[str], Render[C]]) -> Render[C]:
    """A function that renders `source`. `slot` gives the function for the text between two braces."""
    tokens = _TOKEN.findall(source)
    render = _sequence(tokens, slot)
    if tokens:
        raise ValueError(f"unbalanced parentheses in template: {source}")
    return render


def _sequence(tokens: list[str], slot: Callable[[str], Render[C]]) -> Render[C]:
    """Compile up to the end of the enclosing alternative. Used tokens are removed from `tokens`."""
    parts: list[str | Render[C]] = []
    while tokens and tokens[0] not in "|)":
        token = tokens.pop(0)
        if token == "(":
            parts.append(_choice(tokens, slot))
        elif token[0] == "{":
            parts.append(slot(token[1:-1]))
        else:
            parts.append(token)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0]
    if all(isinstance(part, str) for part in parts):
        text = "".join(part for part in parts if isinstance(part, str))
        return lambda context: text

    def render(context: C) -> str:
        return "".join([part if isinstance(part, str) else part(context) for part in parts])

    return render


def _choice(tokens: list[str], slot: Callable[[str], Render[C]]) -> Render[C]:
    options = [_sequence(tokens, slot)]
    while tokens and tokens.pop(0) == "|":
        options.append(_sequence(tokens, slot))

    def render(context: C) -> str:
        return pick(options, context.random)(context)

    return render
