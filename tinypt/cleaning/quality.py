"""The rules a document must pass, and the first it fails."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tinypt.cleaning.measures import Statistics
from tinypt.params.clean import Clean


@dataclass(frozen=True)
class Rule:
    """A bound on a statistic: `parameter` of the `clean` section is its smallest or its largest value.

    name: as the funnel counts it; several rules may share one.
    """

    name: str
    statistic: str
    is_least: bool
    parameter: str


# In the funnel's order.
RULES = (
    Rule("too_short", "words", True, "min_words"),
    Rule("too_long", "words", False, "max_words"),
    Rule("repetition", "duplicate_lines", False, "max_duplicate_lines"),
    Rule("repetition", "repeated_words", False, "max_repeated_words"),
    Rule("language", "stop_words", True, "min_stop_words"),
    Rule("letters", "letters", True, "min_letters"),
)


def first_failed(statistics: Statistics, rules: Clean) -> pa.StringArray:
    """Name of the first rule that each document fails, string [documents], null where it fails none."""
    first = np.full(len(statistics.words), len(RULES))
    for place, rule in reversed([*enumerate(RULES)]):
        values, bound = getattr(statistics, rule.statistic), getattr(rules, rule.parameter)
        first[values < bound if rule.is_least else values > bound] = place
    return pa.array([*(rule.name for rule in RULES), None], pa.string()).take(pa.array(first))
