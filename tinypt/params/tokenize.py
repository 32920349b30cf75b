"""tokenize: how the corpus is cut into blocks."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Tokenize:
    """Length of a block in tokens, [CLS] and [SEP] included."""

    length: int

    def __post_init__(self) -> None:
        """Refuse lengths no BERT takes."""
        require(8 <= self.length <= 512, "length", f"must be from 8 to 512, is {self.length}")
