"""Section evaluate: how models are scored and fine-tuned."""

from dataclasses import dataclass
from typing import Literal, get_args

from tinypt.params.loader import LARGEST_SEED, require, require_commit, require_counts
from tinypt.params.training import MOST_EPOCHS

Head = Literal["matched", "cls"]
MOST_RECOMBINED = 10_000
HEADS: tuple[Head, ...] = get_args(Head)


@dataclass(frozen=True)
class Finetune:
    """Fine-tuning of a whole model on a task.

    Attributes:
        heads: inputs of the output layer, each tried with every model. matched: the mean of the token states and, for
            pairs, a comparison of the two means and of the tokens (`tinypt.evaluation.finetuning.heads`). cls: the
            state at [CLS], as in AutoModelForSequenceClassification.
        learning_rates: candidates. Each model, task and head takes the best by cross-validation on training rows; a
            single rate is used without it.
        dropouts: candidates, 0 to 1, of all layers. The others are tried with the best rate of the first.
        folds: number of cross-validation folds.
        fold_rows: training rows used in cross-validation; null for all.
        epochs: passes over the training rows, in cross-validation and in the final training.
        batch_size: rows per optimizer step.
        seeds: one fine-tuning per seed and head.
        joint: groups of tasks with the same training texts, which one model learns together.
    """

    heads: tuple[Head, ...]
    learning_rates: tuple[float, ...]
    dropouts: tuple[float, ...]
    folds: int
    fold_rows: int | None
    epochs: int
    batch_size: int
    seeds: tuple[int, ...]
    joint: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        for key in ("heads", "learning_rates", "dropouts", "seeds"):
            values = getattr(self, key)
            require(len(values) > 0, key, f"must hold at least one {key.removesuffix('s').replace('_', ' ')}")
            require(len(set(values)) == len(values), key, "must not repeat a value")
        for index, rate in enumerate(self.learning_rates):
            require(rate > 0, f"learning_rates[{index}]", f"must be greater than 0, is {rate}")
        for index, dropout in enumerate(self.dropouts):
            require(0 <= dropout < 1, f"dropouts[{index}]", f"must be at least 0 and less than 1, is {dropout}")
        for index, seed in enumerate(self.seeds):
            require(0 <= seed <= LARGEST_SEED, f"seeds[{index}]", f"must be from 0 to {LARGEST_SEED}, is {seed}")
        require_counts(self, "epochs", largest=MOST_EPOCHS)
        require_counts(self, "folds", "fold_rows", "batch_size")
        require(self.folds >= 2, "folds", f"must be at least 2, is {self.folds}")
        rows = self.fold_rows
        require(
            rows is None or rows >= self.folds, "fold_rows", f"must be null or at least folds ({self.folds}), is {rows}"
        )
        named = [task for group in self.joint for task in group]
        require(len(set(named)) == len(named), "joint", "must not name a task twice")
        for index, group in enumerate(self.joint):
            require(len(group) > 1, f"joint[{index}]", "must name at least two tasks")


@dataclass(frozen=True)
class TaskTeacher:
    """A published encoder that is fine-tuned to teach tasks: a hub id with its commit, or a local folder."""

    id: str
    revision: str | None

    def __post_init__(self) -> None:
        """Refuse a hub id without a commit."""
        require_commit(self.id, self.revision)


@dataclass(frozen=True)
class TaskDistillation:
    """Task distillation: a second fine-tuning, on labels and the outputs of a fine-tuned teacher.

    Attributes:
        teacher: the model that is fine-tuned to teach; null for the teacher of words.
        students: names of the students that get it.
        weight: weight of the teacher's outputs on labelled rows, 0 to 1; the labels have the rest.
        temperature: softens the outputs of classification tasks.
        recombined: number of new, unlabelled texts or pairs per training row; the teacher's outputs are their only
            target.
    """

    teacher: TaskTeacher | None
    students: tuple[str, ...]
    weight: float
    temperature: float
    recombined: float

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require(len(self.students) > 0, "students", "must name at least one student; null turns task distillation off")
        require(0 < self.weight <= 1, "weight", f"must be greater than 0 and at most 1, is {self.weight}")
        require_counts(self, "temperature")
        valid = 0 <= self.recombined <= MOST_RECOMBINED
        require(valid, "recombined", f"must be from 0 to {MOST_RECOMBINED} per training row, is {self.recombined}")


@dataclass(frozen=True)
class Evaluate:
    """Evaluation of all models.

    Attributes:
        mlm_blocks: held-out blocks scored by MLM loss.
        sentences: held-out sentences scored word by word.
        max_length: longest task text or pair, in tokens; longer ones are cut.
        finetune: fine-tuning on the tasks.
        task_distillation: null for none.
    """

    mlm_blocks: int
    sentences: int
    max_length: int
    finetune: Finetune
    task_distillation: TaskDistillation | None

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require_counts(self, "mlm_blocks", "sentences")
        require(8 <= self.max_length <= 512, "max_length", f"must be from 8 to 512 tokens, is {self.max_length}")
