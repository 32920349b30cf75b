"""clean: which repairs are made."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Clean:
    """The repairs, in their order."""

    markup: bool
    mojibake: bool
    urls: bool
    metadata: bool
    lossy_mojibake: bool
    personal_data: bool
    boilerplate_documents: int
    boilerplate_words: int

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require(self.boilerplate_documents >= 2, "boilerplate_documents", "must be at least 2")
        require(self.boilerplate_words >= 0, "boilerplate_words", "must be 0, which switches the rule off, or more")
