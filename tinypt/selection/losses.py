"""Losses of text that are larger than anyone means them to be, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tinypt.params.select import DUPLICATES
from tinypt.selection.select import Decisions

MANY = 0.5  # share of the corpus that one rule may drop without a word


def large_losses(decisions: Decisions, by_path: list[Mapping[str, Any]]) -> Iterator[str]:
    """One sentence for each rule that drops more than half of the corpus, and for each source that is dropped whole.

    Args:
        decisions: on every document of the corpus.
        by_path: the `path` and the number of `documents` of each source, in the order of the corpus; empty for a
            corpus that is one source.
    """
    counts = np.bincount(decisions.reason, minlength=len(decisions.names) + 1)
    for name, dropped in zip(decisions.names, counts, strict=False):
        if dropped > MANY * counts.sum():
            yield f"{name} drops {dropped:,} of {counts.sum():,} documents: {_remedy(name)}"
    start = 0
    for source in by_path:
        reasons = decisions.reason[start : start + source["documents"]]
        start += source["documents"]
        if len(reasons) and (reasons < len(decisions.names)).all():
            most = decisions.names[int(np.bincount(reasons).argmax())]
            yield f"all {len(reasons):,} documents of {source['path']} are dropped, most by {most}: {_remedy(most)}"


def _remedy(rule: str) -> str:
    if rule in DUPLICATES:
        return "see data/select/examples.jsonl for what repeats"
    return f"see data/select/examples.jsonl; relax select.rules.{rule}, or correct corpus.document of .txt files"
