"""The keys every training shares: pre-training a stand-in model, and distilling a student."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require


@dataclass(frozen=True)
class Training:
    """How long and how fast to train; the same keys stand in teacher, base and every set's distill block.

    batch_size: blocks that go through the models at once; accumulation: batches whose gradients make one step.
    precision: of matrix products; bf16 keeps the trained weights and the losses in fp32.
    compile: whether the models are compiled.
    mask_probability: share of positions masked at the first step and at the last, linear in between.
    """

    epochs: float
    batch_size: int
    accumulation: int
    precision: Literal["fp32", "bf16"]
    compile: bool
    learning_rate: float
    warmup: float
    weight_decay: float
    clip: float
    mask_probability: tuple[float, ...]
    validation_blocks: int

    @property
    def step_blocks(self) -> int:
        """Blocks one optimizer step is made of, whatever the number of workers."""
        return self.batch_size * self.accumulation

    def masking(self, done: float) -> float:
        """Share of positions to mask when `done`, from 0 to 1, of the training is done."""
        start, end = self.mask_probability
        return start + (end - start) * done

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("epochs", "batch_size", "accumulation", "learning_rate", "clip", "validation_blocks"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(0 <= self.warmup < 1, "warmup", f"must be a share of the steps in [0, 1), is {self.warmup}")
        require(self.weight_decay >= 0, "weight_decay", f"must not be negative, is {self.weight_decay}")
        require(
            len(self.mask_probability) == 2 and all(0 < share < 1 for share in self.mask_probability),
            "mask_probability",
            f"must be two shares in (0, 1), of the first step and the last, is {list(self.mask_probability)}",
        )
