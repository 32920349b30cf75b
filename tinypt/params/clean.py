"""clean: the rules of the funnel, with their thresholds."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Clean:
    """Which repairs are made, and what a document must be to stay; in the funnel's order."""

    markup: bool
    mojibake: bool
    urls: bool
    metadata: bool
    lossy_mojibake: bool
    boilerplate_documents: int
    boilerplate_words: int
    min_words: int
    max_words: int
    min_stop_words: float
    min_letters: float
    max_duplicate_lines: float
    max_repeated_words: float
    near_duplicates: float

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require(self.boilerplate_documents >= 2, "boilerplate_documents", "must be at least 2")
        require(self.boilerplate_words >= 0, "boilerplate_words", "must be 0, which switches the rule off, or more")
        require(0 < self.min_words < self.max_words, "min_words", f"must be in 1 to max_words, is {self.min_words}")
        for key in ("min_stop_words", "min_letters", "max_duplicate_lines", "max_repeated_words", "near_duplicates"):
            require(0 <= getattr(self, key) <= 1, key, f"must be a share from 0 to 1, is {getattr(self, key)}")
