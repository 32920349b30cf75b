"""The keys every training shares: pre-training a stand-in model, and distilling a student."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Training:
    """How long and how fast to train; the same keys stand in teacher, base and every set's distill block."""

    epochs: float
    batch_size: int
    learning_rate: float
    warmup: float
    weight_decay: float
    clip: float
    mask_probability: float
    validation_blocks: int

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("epochs", "batch_size", "learning_rate", "clip", "validation_blocks"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(0 <= self.warmup < 1, "warmup", f"must be a share of the steps in [0, 1), is {self.warmup}")
        require(self.weight_decay >= 0, "weight_decay", f"must not be negative, is {self.weight_decay}")
        require(0 < self.mask_probability < 1, "mask_probability", f"must be in (0, 1), is {self.mask_probability}")
