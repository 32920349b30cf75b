"""split: how much is held out."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Split:
    """Share of the documents held out for evaluation, and how many of them may have their like on the other side."""

    test_share: float
    near_duplicates: float
    max_contamination: float

    def __post_init__(self) -> None:
        """Refuse shares that leave one side empty."""
        require(0 < self.test_share < 1, "test_share", f"must be a share between 0 and 1, is {self.test_share}")
        require(
            0 < self.near_duplicates <= 1,
            "near_duplicates",
            f"must be a similarity greater than 0, at most 1, is {self.near_duplicates}",
        )
        require(
            0 <= self.max_contamination < 1,
            "max_contamination",
            f"must be a share, at least 0 and less than 1, is {self.max_contamination}",
        )
