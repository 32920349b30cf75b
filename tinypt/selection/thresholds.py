"""Proposing thresholds that together drop a given share of the documents.

Every bound is put at the same quantile of its statistic. Published thresholds fit the word tokenizer and the corpus
they were made for. FineWeb-2 (Penedo et al. 2025) derives them per language from the distributions of a corpus. This
module does the same with a single number to choose.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinypt.corpus.shards import list_shards
from tinypt.measures.statistics import Statistics
from tinypt.params.select import Rule
from tinypt.selection.select import first_failed, read_statistics

_HALVINGS = 30


def read_all(measures: Path) -> Statistics:
    """Read the statistics of all documents from a folder of measures; 216 bytes of memory per document."""
    parts = [read_statistics(shard) for shard in list_shards(measures)]
    names = Statistics.__dataclass_fields__
    return Statistics(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def propose(statistics: Statistics, rules: Mapping[str, Rule], share: float) -> dict[str, Rule]:
    """Move all bounds to a common quantile, so that the rules drop at most `share` of the documents.

    A bound that is None stays None. The quantile is found by bisection. The rules may drop less than `share` if many
    documents have the same value of a statistic.

    Args:
        statistics: of all documents.
        rules: the rules to change.
        share: 0 to 1.
    """
    sorted_values = {name: np.sort(getattr(statistics, rule.statistic)) for name, rule in rules.items()}
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        moved = {name: _at(rule, sorted_values[name], middle) for name, rule in rules.items()}
        if dropped_share(statistics, moved) <= share:
            low = middle
        else:
            high = middle
    return {name: _at(rule, sorted_values[name], low) for name, rule in rules.items()}


def dropped_share(statistics: Statistics, rules: Mapping[str, Rule]) -> float:
    """Share of the documents that fail at least one rule, 0 to 1."""
    return float((first_failed(statistics, rules) < len(rules)).mean())


def _at(rule: Rule, values: NDArray[np.float64], share: float) -> Rule:
    """Move the bounds of a rule so that at most `share` of the sorted `values` lie outside each."""
    outside = int(share * (len(values) - 1))
    return replace(
        rule,
        min=None if rule.min is None else float(values[outside]),
        max=None if rule.max is None else float(values[len(values) - 1 - outside]),
    )
