"""Search of a few thousand texts by meaning: the cosine of the query's vector and each text's."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import tee

from tinypt.inference.model import Model, normalised


@dataclass(frozen=True, order=True)
class Hit:
    """A text that was found: its cosine with the query, from -1 to 1, and its line, from 1."""

    cosine: float
    line: int
    text: str


def search(model: Model, texts: Iterable[str], query: str, number: int) -> list[Hit]:
    """The `number` texts that are most similar to `query`, best first; blank ones are passed over."""
    (wanted,) = normalised(model.vectors([query]))

    def hits() -> Iterator[Hit]:
        line = 0
        embedded, shown = tee(texts)
        for chunk in model.embed(embedded):
            for cosine, text in zip(normalised(chunk) @ wanted, shown, strict=False):
                line += 1
                if text.strip():
                    yield Hit(float(cosine), line, text)

    return heapq.nlargest(number, hits())
