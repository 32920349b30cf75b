"""evaluate: how models are measured."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require

Head = Literal["cls", "matched"]


@dataclass(frozen=True)
class Finetune:
    """How a whole model is trained on a task.

    `head` says what the output layer reads: the state at [CLS], or the mean of all pieces' states, and of a pair both
    means held against each other and how well the pieces of each text are matched in the other. Each of
    `learning_rates` is tried for every model and task on `folds` folds of at most `fold_rows` training rows (null: all
    of them), for as many `epochs` as the final training has; a single rate is taken as it is. `joint` names groups of
    tasks over the same training texts that one model learns together.
    """

    head: Head
    learning_rates: tuple[float, ...]
    folds: int
    fold_rows: int | None
    epochs: int
    batch_size: int
    seeds: tuple[int, ...]
    joint: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("learning_rates", "seeds"):
            values = getattr(self, key)
            require(len(values) > 0, key, f"must hold at least one {key.removesuffix('s').replace('_', ' ')}")
            require(len(set(values)) == len(values), key, "must be different from one another")
        for index, rate in enumerate(self.learning_rates):
            require(rate > 0, f"learning_rates[{index}]", f"must be greater than 0, is {rate}")
        for key in ("epochs", "batch_size"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(self.folds >= 2, "folds", f"must be at least 2, is {self.folds}")
        rows = self.fold_rows
        require(rows is None or rows >= self.folds, "fold_rows", f"must be null or at least folds, is {rows}")
        named = [task for group in self.joint for task in group]
        require(len(set(named)) == len(named), "joint", "must name a task once at most")
        for index, group in enumerate(self.joint):
            require(len(group) > 1, f"joint[{index}]", "must name at least two tasks")


@dataclass(frozen=True)
class TaskDistillation:
    """Task distillation: fine-tuning once more, on the fine-tuned teacher's answers beside the labels.

    `sets` are those that are taught. `weight` is what the answers count on labelled rows, the labels the rest;
    `temperature` softens answers that are classes; `recombined` new pairs without a label are made for each training
    pair.
    """

    students: tuple[str, ...]
    weight: float
    temperature: float
    recombined: float

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require(len(self.students) > 0, "students", "must name at least one student; null turns task distillation off")
        require(0 < self.weight <= 1, "weight", f"must be greater than 0 and at most 1, is {self.weight}")
        require(self.temperature > 0, "temperature", f"must be greater than 0, is {self.temperature}")
        require(self.recombined >= 0, "recombined", f"must not be negative, is {self.recombined}")


@dataclass(frozen=True)
class Evaluate:
    """How much held-out text is scored, how long task texts may be, how models are fine-tuned, and which are taught."""

    mlm_blocks: int
    sentences: int
    max_length: int
    finetune: Finetune
    task_distillation: TaskDistillation | None

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("mlm_blocks", "sentences"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(8 <= self.max_length <= 512, "max_length", f"must be from 8 to 512 pieces, is {self.max_length}")
