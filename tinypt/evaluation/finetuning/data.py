"""Data for fine-tuning: the tokenized texts of one or more tasks, their targets, and the loss."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tinypt.evaluation.finetuning.model import used_ids
from tinypt.evaluation.finetuning.task_distillation import SoftLabels, TransferTexts
from tinypt.evaluation.model import EvaluatedModel, Pieces, tokenize_texts
from tinypt.evaluation.scores.scoring import Labels, gold_labels
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.params.evaluate import Head, TaskDistillation
from tinypt.runtime.errors import PipelineError


@dataclass(frozen=True)
class SoftTargets:
    """The teacher's outputs as training targets (see `finetune_losses`).

    outputs: fp32 [rows, outputs], labelled rows first, on the model's device.
    labelled: number of rows that also have labels.
    weight: weight of the soft loss on labelled rows, greater than 0 and at most 1.
    temperature: divides the logits of classes.
    """

    outputs: Tensor
    labelled: int
    weight: float
    temperature: float


@dataclass(frozen=True)
class FinetuneData:
    """Tasks with the same training texts, prepared for one model. Each task has its own outputs.

    evaluated: the model to fine-tune.
    head: input of the output layer (see `TaskModel`).
    tasks: the tasks by name.
    train: texts to train on. Labelled rows come first.
    tests: the test split of each task.
    transfer: texts to compute soft labels for; no rows if none are wanted.
    used: sorted ids of all tokens in these texts, int64.
    targets: for each task, class indices (int64) or standardised scores (fp32) of the labelled training rows.
    soft_targets: the teacher's outputs for all training rows; None to train on labels alone.
    """

    evaluated: EvaluatedModel
    head: Head
    tasks: dict[str, TaskData]
    train: Pieces
    tests: tuple[Pieces, ...]
    transfer: Pieces
    used: Tensor
    targets: tuple[Tensor, ...]
    soft_targets: SoftTargets | None

    @property
    def pairs(self) -> bool:
        """Whether the texts are pairs."""
        return next(iter(self.tasks.values())).train.second is not None

    @property
    def widths(self) -> list[int]:
        """Number of outputs of each task: one for a score, or one for each class."""
        return [1 if data.is_regression else len(data.classes) for data in self.tasks.values()]


def prepare(
    evaluated: EvaluatedModel, head: Head, tasks: dict[str, TaskData], transfer: TransferTexts | None = None
) -> FinetuneData:
    """Tokenize the texts of `tasks` and the transfer texts, and turn the labels into targets.

    Raises:
        PipelineError: the tasks' training texts differ.
    """
    names, splits = list(tasks), [data.train for data in tasks.values()]
    for name, split in zip(names, splits, strict=True):
        if (split.first, split.second) != (splits[0].first, splits[0].second):
            raise PipelineError(
                f"evaluate.finetune.joint: {names[0]} and {name} cannot be learnt jointly: their training texts differ"
            )
    train = _tokenize(evaluated, splits[0])
    tests = tuple(_tokenize(evaluated, data.test) for data in tasks.values())
    more = Pieces([], []) if transfer is None else _tokenize(evaluated, transfer)
    targets = tuple(_targets(data).to(evaluated.device) for data in tasks.values())
    used = used_ids(evaluated, [train, *tests, more])
    return FinetuneData(evaluated, head, tasks, train, tests, more, used, targets, None)


def prepare_with_soft_labels(
    evaluated: EvaluatedModel,
    head: Head,
    tasks: dict[str, TaskData],
    soft_labels: SoftLabels,
    distillation: TaskDistillation,
) -> FinetuneData:
    """Prepare training on the transfer texts of `soft_labels`, with the teacher's outputs as soft targets.

    Raises:
        PipelineError: the tasks' training texts differ.
    """
    finetune_data = prepare(evaluated, head, tasks, soft_labels.texts)
    outputs = torch.tensor(np.concatenate([soft_labels.outputs[task] for task in tasks], axis=1), dtype=torch.float32)
    labelled = len(finetune_data.train.ids)
    soft_targets = SoftTargets(outputs.to(evaluated.device), labelled, distillation.weight, distillation.temperature)
    return replace(finetune_data, train=finetune_data.transfer, transfer=Pieces([], []), soft_targets=soft_targets)


def decode(finetune_data: FinetuneData, outputs: NDArray[np.float64]) -> list[Labels]:
    """Turn outputs [rows, outputs] into each task's predictions, [rows]."""
    parts = np.split(outputs, np.cumsum(finetune_data.widths)[:-1], axis=1)
    return [_decode_task(data, part) for data, part in zip(finetune_data.tasks.values(), parts, strict=True)]


def finetune_losses(finetune_data: FinetuneData, outputs: Tensor, rows: Tensor) -> Tensor:
    """Loss of each row of a batch, [batch]: the sum of the tasks' losses.

    The hard loss compares with the labels: cross-entropy for classes, squared error for scores. The soft loss compares
    with the teacher's outputs: T² KL(teacher || student) at temperature T for classes, squared error for scores. A
    labelled row has the loss (1 - weight) * hard + weight * soft. A row without a label has the soft loss alone.

    Args:
        finetune_data: the targets.
        outputs: of the model for the batch, fp32 [batch, outputs].
        rows: row numbers of the batch in `finetune_data.train`, int64 [batch].
    """
    targets, soft_targets = finetune_data.targets, finetune_data.soft_targets
    parts: tuple[Tensor, ...] = torch.split(outputs, finetune_data.widths, dim=1)
    if soft_targets is None:
        hard_losses = [_hard(part, labels[rows]) for part, labels in zip(parts, targets, strict=True)]
        return torch.stack(hard_losses).sum(dim=0)
    teacher_parts: tuple[Tensor, ...] = torch.split(soft_targets.outputs[rows], finetune_data.widths, dim=1)
    labelled, last = rows < soft_targets.labelled, soft_targets.labelled - 1
    weight, losses = soft_targets.weight, []
    for part, teacher_part, labels in zip(parts, teacher_parts, targets, strict=True):
        soft = _soft(part, teacher_part, labels.dtype == torch.long, soft_targets.temperature)
        hard = _hard(part, labels[rows.clamp(max=last)])  # rows without a label get any label and ignore the result
        losses.append(torch.where(labelled, (1 - weight) * hard + weight * soft, soft))
    return torch.stack(losses).sum(dim=0)


def _hard(outputs: Tensor, labels: Tensor) -> Tensor:
    """Loss of each row, [rows], against its label."""
    if labels.dtype == torch.long:
        return functional.cross_entropy(outputs, labels, reduction="none")
    return (outputs[:, 0] - labels) ** 2


def _soft(outputs: Tensor, teacher_outputs: Tensor, classes: bool, temperature: float) -> Tensor:
    """Loss of each row, [rows], against the teacher's outputs."""
    if not classes:
        return (outputs[:, 0] - teacher_outputs[:, 0]) ** 2
    log_p, teacher_log_p = (torch.log_softmax(logits / temperature, dim=1) for logits in (outputs, teacher_outputs))
    return temperature**2 * functional.kl_div(log_p, teacher_log_p, reduction="none", log_target=True).sum(dim=1)


def _tokenize(evaluated: EvaluatedModel, texts: Split | TransferTexts) -> Pieces:
    return tokenize_texts(evaluated, texts.first, texts.second)


def _targets(data: TaskData) -> Tensor:
    gold = gold_labels(data, data.train)
    if not data.is_regression:
        return torch.from_numpy(gold)
    mean, deviation = _scale(data)
    return torch.tensor((gold - mean) / deviation, dtype=torch.float32)


def _decode_task(data: TaskData, outputs: NDArray[np.float64]) -> Labels:
    if not data.is_regression:
        classes: Labels = outputs.argmax(axis=1)
        return classes
    mean, deviation = _scale(data)
    scores: Labels = mean + deviation * outputs[:, 0]
    return scores


def _scale(data: TaskData) -> tuple[float, float]:
    """Mean and standard deviation of the training scores. A deviation of 0 is replaced by 1."""
    scores = gold_labels(data, data.train)
    return float(scores.mean()), float(scores.std()) or 1.0
