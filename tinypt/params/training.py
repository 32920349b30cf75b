"""Keys shared by all training runs: pre-training of a stand-in model, and distillation of a student."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require, require_counts

MOST_EPOCHS = 100_000  # a larger number is a slip; such a run would not end
LARGEST_RATE = 100  # of learning


@dataclass(frozen=True)
class Training:
    """Length and optimisation of a training run.

    Attributes:
        epochs: passes over the training blocks; need not be whole.
        batch_size: blocks per forward pass.
        accumulation: forward passes per optimizer step; several workers divide them.
        precision: of matrix products. With bf16, weights and losses stay fp32.
        compile: whether to run torch.compile.
        learning_rate: peak.
        warmup: share of steps until the peak, 0 to 1. The rate then falls linearly to 0.
        weight_decay: on weight matrices only, not on biases and norms.
        clip: largest gradient norm. At 1.0 it is no ceiling: models this small exceed it at every step.
        mask_probability: share of positions masked at the first and the last step, linear in between.
        validation_blocks: number of last blocks kept out of training, for the validation loss.
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

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require_counts(self, "batch_size", "accumulation", "clip", "validation_blocks")
        require_counts(self, "epochs", largest=MOST_EPOCHS)
        require_counts(self, "learning_rate", largest=LARGEST_RATE)
        require(0 <= self.warmup < 1, "warmup", f"must be a share of the steps in [0, 1), is {self.warmup}")
        require(self.weight_decay >= 0, "weight_decay", f"must not be negative, is {self.weight_decay}")
        require(
            len(self.mask_probability) == 2 and all(0 < share < 1 for share in self.mask_probability),
            "mask_probability",
            f"must be two shares in (0, 1), for the first and the last step, is {list(self.mask_probability)}",
        )
