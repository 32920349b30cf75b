"""split: how much is held out."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Split:
    """Share of the documents held out for evaluation."""

    test_share: float

    def __post_init__(self) -> None:
        """Refuse shares that leave one side empty."""
        require(0 < self.test_share < 1, "test_share", f"must be a share between 0 and 1, is {self.test_share}")
