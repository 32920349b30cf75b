"""select: what a document must be to stay."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require

# What cleaning measures of every document; tinypt/measures/statistics.py says what each is.
Statistic = Literal[
    "words", "stop_words", "letters", "duplicate_lines", "repeated_words", "characters", "word_length", "lines",
    "bullet_lines", "ellipsis_lines", "terminal_lines", "short_lines", "newlines", "hash_signs", "ellipses",
    "repeated_lines", "repeated_line_characters", "top_2grams", "top_3grams", "top_4grams", "repeated_5grams",
    "repeated_6grams", "repeated_7grams", "repeated_8grams", "repeated_9grams", "repeated_10grams", "common_words",
]  # fmt: skip
DUPLICATES = ("exact_duplicate", "near_duplicate")  # what the funnel counts after the rules


@dataclass(frozen=True)
class Rule:
    """Bounds on a statistic, both inclusive; null is none, and a rule with neither is off."""

    statistic: Statistic
    min: float | None
    max: float | None

    def __post_init__(self) -> None:
        """Refuse bounds that no document can keep."""
        if self.min is not None and self.max is not None:
            require(self.min <= self.max, "min", f"must be at most max, which is {self.max}; is {self.min}")


@dataclass(frozen=True)
class Select:
    """Rules by name, in the order of the funnel, and the similarity from which two documents are duplicates.

    Of exact duplicates the first is kept, always; near duplicates stay where `near_duplicates` is null.
    """

    rules: dict[str, Rule]
    near_duplicates: float | None

    def __post_init__(self) -> None:
        """Refuse names that the duplicates take, and shares that are none."""
        for name in self.rules:
            require(
                name not in DUPLICATES, f"rules.{name}", "must be another name; duplicates are counted under this one"
            )
        near = self.near_duplicates
        require(near is None or 0 <= near <= 1, "near_duplicates", f"must be a share from 0 to 1, or null; is {near}")
