"""Section select: the rules by which documents are kept."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require

# The statistics of a document, defined in tinypt/measures/statistics.py.
Statistic = Literal[
    "words", "stop_words", "letters", "duplicate_lines", "repeated_words", "characters", "word_length", "lines",
    "bullet_lines", "ellipsis_lines", "terminal_lines", "short_lines", "newlines", "hash_signs", "ellipses",
    "repeated_lines", "repeated_line_characters", "top_2grams", "top_3grams", "top_4grams", "repeated_5grams",
    "repeated_6grams", "repeated_7grams", "repeated_8grams", "repeated_9grams", "repeated_10grams", "common_words",
]  # fmt: skip
DUPLICATES = ("exact_duplicate", "near_duplicate")  # names under which the funnel counts duplicates


@dataclass(frozen=True)
class Rule:
    """Inclusive bounds on a statistic. Null means no bound; a rule without bounds is off."""

    statistic: Statistic
    min: float | None
    max: float | None

    def __post_init__(self) -> None:
        """Refuse bounds that no document can meet."""
        if self.min is not None and self.max is not None:
            require(self.min <= self.max, "min", f"must be at most max ({self.max}), is {self.min}")


@dataclass(frozen=True)
class Select:
    """Rules by name, in the order in which they are applied, and the similarity of near duplicates.

    `near_duplicates` is a MinHash similarity, 0 to 1; null keeps all near duplicates. Of exact duplicates only the
    first is kept.
    """

    rules: dict[str, Rule]
    near_duplicates: float | None

    def __post_init__(self) -> None:
        """Refuse rule names reserved for duplicates, and a similarity outside 0 to 1."""
        for name in self.rules:
            require(
                name not in DUPLICATES, f"rules.{name}", "the name is reserved for counting duplicates; choose another"
            )
        near = self.near_duplicates
        require(
            near is None or 0 <= near <= 1, "near_duplicates", f"must be a similarity from 0 to 1, or null, is {near}"
        )
