"""What a model is to learn: tasks over the same texts, from labels and perhaps from a teacher's answers."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tinypt.evaluation.finetuning.model import used_ids
from tinypt.evaluation.finetuning.task_distillation import SoftLabels, Texts
from tinypt.evaluation.model import EvaluatedModel, Pieces, cut_pieces
from tinypt.evaluation.scores.scoring import Labels, gold_labels
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.params.evaluate import TaskDistillation
from tinypt.runtime.errors import PipelineError


@dataclass(frozen=True)
class SoftTargets:
    """The teacher's outputs for the rows of a examples, fp32 [rows, outputs], and how they count (see `finetune_loss`)."""

    outputs: Tensor
    labelled: int
    weight: float
    temperature: float


@dataclass(frozen=True)
class FinetuneData:
    """What a model is to learn: tasks over the same training texts, each with outputs of its own.

    tasks: by name. train: the texts to learn from. tests: each task's own. asked: further texts to answer. used: ids
    of all of them. targets: of each task over the labelled rows of `train`, class indices (int64) or standardised
    scores (fp32). answers: the teacher's, where there is one.
    """

    evaluated: EvaluatedModel
    tasks: dict[str, TaskData]
    train: Pieces
    tests: tuple[Pieces, ...]
    asked: Pieces
    used: Tensor
    targets: tuple[Tensor, ...]
    answers: SoftTargets | None

    @property
    def pairs(self) -> bool:
        """Whether the texts are pairs."""
        return next(iter(self.tasks.values())).train.second is not None

    @property
    def widths(self) -> list[int]:
        """Outputs of each task: one for a score, else one a class."""
        return [1 if data.is_regression else len(data.classes) for data in self.tasks.values()]


def plan(evaluated: EvaluatedModel, tasks: dict[str, TaskData], asked: Texts | None = None) -> FinetuneData:
    """Tokenize the texts of `tasks`, and those `asked` beside, and scale the labels.

    Raises:
        PipelineError: the tasks' training texts differ.
    """
    names, splits = list(tasks), [data.train for data in tasks.values()]
    for name, split in zip(names, splits, strict=True):
        if (split.first, split.second) != (splits[0].first, splits[0].second):
            raise PipelineError(
                f"evaluate.finetune.joint: {names[0]} and {name} cannot be learnt jointly: their training texts differ"
            )
    train = _pieces(evaluated, splits[0])
    tests = tuple(_pieces(evaluated, data.test) for data in tasks.values())
    more = Pieces([], []) if asked is None else _pieces(evaluated, asked)
    targets = tuple(_targets(data).to(evaluated.device) for data in tasks.values())
    return FinetuneData(evaluated, tasks, train, tests, more, used_ids(evaluated, [train, *tests, more]), targets, None)


def prepare_soft(
    evaluated: EvaluatedModel, tasks: dict[str, TaskData], soft_labels: SoftLabels, task_distillation: TaskDistillation
) -> FinetuneData:
    """The examples of `plan`, on the texts of `soft_labels` and with the teacher's answers to them beside the labels."""
    examples = plan(evaluated, tasks, soft_labels.texts)
    outputs = torch.tensor(np.concatenate([soft_labels.outputs[task] for task in tasks], axis=1), dtype=torch.float32)
    answers = SoftTargets(
        outputs.to(evaluated.device), len(examples.train.ids), task_distillation.weight, task_distillation.temperature
    )
    return replace(examples, train=examples.asked, asked=Pieces([], []), answers=answers)


def predictions(examples: FinetuneData, outputs: NDArray[np.float64]) -> list[Labels]:
    """Each task's predictions, [rows], from outputs [rows, outputs]."""
    parts = np.split(outputs, np.cumsum(examples.widths)[:-1], axis=1)
    return [_decode(data, part) for data, part in zip(examples.tasks.values(), parts, strict=True)]


def finetune_loss(examples: FinetuneData, outputs: Tensor, rows: Tensor) -> Tensor:
    """Mean over rows of the tasks' losses, summed: from labels, from the teacher's answers, or from both.

    From labels: cross-entropy of classes, squared error of scores. From answers: T² KL(teacher || student) of the
    classes at temperature T, squared error of scores. A labelled row counts its answers with `weight` and its labels
    with the rest; a row without a label its answers alone.
    """
    parts: tuple[Tensor, ...] = torch.split(outputs, examples.widths, dim=1)
    if examples.answers is None:
        return (
            torch.stack([_hard(part, targets[rows]) for part, targets in zip(parts, examples.targets, strict=True)])
            .sum(dim=0)
            .mean()
        )
    given: tuple[Tensor, ...] = torch.split(examples.answers.outputs[rows], examples.widths, dim=1)
    labelled, last = rows < examples.answers.labelled, examples.answers.labelled - 1
    weight, losses = examples.answers.weight, []
    for part, answered, targets in zip(parts, given, examples.targets, strict=True):
        soft = _soft(part, answered, targets.dtype == torch.long, examples.answers.temperature)
        hard = _hard(part, targets[rows.clamp(max=last)])  # of any label where there is none, and not counted there
        losses.append(torch.where(labelled, (1 - weight) * hard + weight * soft, soft))
    return torch.stack(losses).sum(dim=0).mean()


def _hard(outputs: Tensor, targets: Tensor) -> Tensor:
    """Loss of each row, [rows], from its label."""
    if targets.dtype == torch.long:
        return functional.cross_entropy(outputs, targets, reduction="none")
    return (outputs[:, 0] - targets) ** 2


def _soft(outputs: Tensor, answers: Tensor, classes: bool, temperature: float) -> Tensor:
    """Loss of each row, [rows], from the teacher's answer to it."""
    if not classes:
        return (outputs[:, 0] - answers[:, 0]) ** 2
    ours, theirs = (torch.log_softmax(logits / temperature, dim=1) for logits in (outputs, answers))
    return temperature**2 * functional.kl_div(ours, theirs, reduction="none", log_target=True).sum(dim=1)


def _pieces(evaluated: EvaluatedModel, texts: Split | Texts) -> Pieces:
    return cut_pieces(evaluated, texts.first, texts.second)


def _targets(data: TaskData) -> Tensor:
    gold = gold_labels(data, data.train)
    if not data.is_regression:
        return torch.from_numpy(gold)
    mean, deviation = _scale(data)
    return torch.tensor((gold - mean) / deviation, dtype=torch.float32)


def _decode(data: TaskData, outputs: NDArray[np.float64]) -> Labels:
    if not data.is_regression:
        classes: Labels = outputs.argmax(axis=1)
        return classes
    mean, deviation = _scale(data)
    scores: Labels = mean + deviation * outputs[:, 0]
    return scores


def _scale(data: TaskData) -> tuple[float, float]:
    """Mean and standard deviation of the training scores; 1 in place of a deviation of 0."""
    scores = gold_labels(data, data.train)
    return float(scores.mean()), float(scores.std()) or 1.0
