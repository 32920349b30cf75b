"""Section clean: the repairs to apply, and the bounds of boilerplate."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import LARGEST_NUMBER, require, require_counts

Repair = Literal["markup", "mojibake", "urls", "metadata", "lossy_mojibake", "personal_data"]


@dataclass(frozen=True)
class Clean:
    """The repairs to apply. The code fixes their order, since one exposes work for the next.

    A line of at most `boilerplate_words` words is removed from every document if at least `boilerplate_documents`
    documents contain it. 0 words switches this repair off.
    """

    repairs: tuple[Repair, ...]
    boilerplate_documents: int
    boilerplate_words: int

    def __post_init__(self) -> None:
        """Refuse values outside their range, and a repair that is listed twice."""
        require(len(set(self.repairs)) == len(self.repairs), "repairs", f"must differ, are {list(self.repairs)}")
        require(
            self.boilerplate_documents >= 2,
            "boilerplate_documents",
            f"must be at least 2, is {self.boilerplate_documents}",
        )
        require_counts(self, "boilerplate_documents")
        require(
            0 <= self.boilerplate_words <= LARGEST_NUMBER,
            "boilerplate_words",
            f"must be from 0 (which switches the repair off) to {LARGEST_NUMBER:,}, is {self.boilerplate_words}",
        )
