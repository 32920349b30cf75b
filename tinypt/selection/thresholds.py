"""Proposing thresholds: the same small quantile of every statistic, so large that the rules drop a wanted share.

Published thresholds belong to the word tokenizer and the corpus they were made on. FineWeb-2 (Penedo et al. 2025)
takes them for each language from the distribution of a corpus; so does this, and with one number to choose.
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
    """The statistics of all documents of a folder of measures; 216 bytes a document."""
    parts = [read_statistics(shard) for shard in list_shards(measures)]
    names = Statistics.__dataclass_fields__
    return Statistics(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def propose(statistics: Statistics, rules: Mapping[str, Rule], share: float) -> dict[str, Rule]:
    """Rules with the bounds moved to a common quantile, so that together they drop at most `share` of the documents.

    A bound that is null stays null. The quantile is found by bisection; where a statistic has one value in many
    documents, less than `share` may be dropped.
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
    """Share of the documents that fail a rule."""
    return float((first_failed(statistics, rules) < len(rules)).mean())


def _at(rule: Rule, values: NDArray[np.float64], share: float) -> Rule:
    """The rule with at most `share` of the sorted `values` outside each of its bounds."""
    outside = int(share * (len(values) - 1))
    return replace(
        rule,
        min=None if rule.min is None else float(values[outside]),
        max=None if rule.max is None else float(values[len(values) - 1 - outside]),
    )
