"""Section tokenize: the blocks that the corpus is cut into."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Tokenize:
    """Length of a block in tokens, including [CLS] and [SEP]."""

    length: int

    def __post_init__(self) -> None:
        """Refuse lengths that BERT cannot read."""
        require(8 <= self.length <= 512, "length", f"must be from 8 to 512, is {self.length}")
