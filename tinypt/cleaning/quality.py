"""The first rule that each document fails."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tinypt.cleaning.measures import Statistics
from tinypt.params.select import Rule


def first_failed(statistics: Statistics, rules: Mapping[str, Rule]) -> NDArray[np.int64]:
    """Place in `rules` of the first that each document fails, int64 [documents]; their number where it fails none."""
    first = np.full(len(statistics.words), len(rules))
    for place, rule in reversed([*enumerate(rules.values())]):
        values = getattr(statistics, rule.statistic)
        if rule.min is not None:
            first[values < rule.min] = place
        if rule.max is not None:
            first[values > rule.max] = place
    return first
