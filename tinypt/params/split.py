"""Section split: the held-out documents."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Split:
    """Share of documents held out for evaluation, and how many of them may resemble training documents.

    `near_duplicates` is the MinHash similarity, 0 to 1, from which a held-out document counts as contaminated.
    `max_contamination` is the largest share of held-out documents that may be.
    """

    test_share: float
    near_duplicates: float
    max_contamination: float

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require(0 < self.test_share < 1, "test_share", f"must be a share between 0 and 1, is {self.test_share}")
        require(
            0 < self.near_duplicates <= 1,
            "near_duplicates",
            f"must be a similarity greater than 0 and at most 1, is {self.near_duplicates}",
        )
        require(
            0 <= self.max_contamination < 1,
            "max_contamination",
            f"must be a share, at least 0 and less than 1, is {self.max_contamination}",
        )
