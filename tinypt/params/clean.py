"""Section clean: switches and bounds of the repairs."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Clean:
    """Switches of the repairs, in the order in which they are applied.

    A line of at most `boilerplate_words` words is removed from every document if at least `boilerplate_documents`
    documents contain it. 0 words switches this repair off.
    """

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
        require(
            self.boilerplate_documents >= 2,
            "boilerplate_documents",
            f"must be at least 2, is {self.boilerplate_documents}",
        )
        require(
            self.boilerplate_words >= 0,
            "boilerplate_words",
            f"must not be negative (0 switches the repair off), is {self.boilerplate_words}",
        )
