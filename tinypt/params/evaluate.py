"""evaluate: how models are measured."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Finetune:
    """How a whole model is trained on a task."""

    learning_rate: float
    epochs: int
    batch_size: int
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("learning_rate", "epochs", "batch_size"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(len(self.seeds) > 0, "seeds", "must hold at least one seed")
        require(len(set(self.seeds)) == len(self.seeds), "seeds", "must be different from one another")


@dataclass(frozen=True)
class Evaluate:
    """How much held-out text is scored, how long task texts may be, and how models are fine-tuned."""

    mlm_blocks: int
    sentences: int
    max_length: int
    finetune: Finetune

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("mlm_blocks", "sentences"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(8 <= self.max_length <= 512, "max_length", f"must be from 8 to 512 pieces, is {self.max_length}")
