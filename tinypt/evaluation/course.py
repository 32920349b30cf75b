"""What a model is to learn: tasks over the same texts, from labels and perhaps from a teacher's answers."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tinypt.errors import PipelineError
from tinypt.evaluation.scoring import Labels, gold_labels
from tinypt.evaluation.subject import Pieces, Subject, cut_pieces
from tinypt.evaluation.taskmodel import used_ids
from tinypt.evaluation.tasks import Split, TaskData
from tinypt.evaluation.teaching import Lessons, Texts
from tinypt.params.evaluate import Teaching


@dataclass(frozen=True)
class Answers:
    """The teacher's outputs for the rows of a course, fp32 [rows, outputs], and how they count (see `course_loss`)."""

    outputs: Tensor
    labelled: int
    weight: float
    temperature: float


@dataclass(frozen=True)
class Course:
    """What a model is to learn: tasks over the same training texts, each with outputs of its own.

    tasks: by name. train: the texts to learn from. tests: each task's own. asked: further texts to answer. used: ids
    of all of them. targets: of each task over the labelled rows of `train`, class indices (int64) or standardised
    scores (fp32). answers: the teacher's, where there is one.
    """

    subject: Subject
    tasks: dict[str, TaskData]
    train: Pieces
    tests: tuple[Pieces, ...]
    asked: Pieces
    used: Tensor
    targets: tuple[Tensor, ...]
    answers: Answers | None

    @property
    def pairs(self) -> bool:
        """Whether the texts are pairs."""
        return next(iter(self.tasks.values())).train.second is not None

    @property
    def widths(self) -> list[int]:
        """Outputs of each task: one for a score, else one a class."""
        return [1 if data.is_regression else len(data.classes) for data in self.tasks.values()]


def plan(subject: Subject, tasks: dict[str, TaskData], asked: Texts | None = None) -> Course:
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
    train = _pieces(subject, splits[0])
    tests = tuple(_pieces(subject, data.test) for data in tasks.values())
    more = Pieces([], []) if asked is None else _pieces(subject, asked)
    targets = tuple(_targets(data).to(subject.device) for data in tasks.values())
    return Course(subject, tasks, train, tests, more, used_ids(subject, [train, *tests, more]), targets, None)


def plan_taught(subject: Subject, tasks: dict[str, TaskData], lessons: Lessons, teaching: Teaching) -> Course:
    """The course of `plan`, on the texts of `lessons` and with the teacher's answers to them beside the labels."""
    course = plan(subject, tasks, lessons.texts)
    outputs = torch.tensor(np.concatenate([lessons.outputs[task] for task in tasks], axis=1), dtype=torch.float32)
    answers = Answers(outputs.to(subject.device), len(course.train.ids), teaching.weight, teaching.temperature)
    return replace(course, train=course.asked, asked=Pieces([], []), answers=answers)


def predictions(course: Course, outputs: NDArray[np.float64]) -> list[Labels]:
    """Each task's predictions, [rows], from outputs [rows, outputs]."""
    parts = np.split(outputs, np.cumsum(course.widths)[:-1], axis=1)
    return [_decode(data, part) for data, part in zip(course.tasks.values(), parts, strict=True)]


def course_loss(course: Course, outputs: Tensor, rows: Tensor) -> Tensor:
    """Mean over rows of the tasks' losses, summed: from labels, from the teacher's answers, or from both.

    From labels: cross-entropy of classes, squared error of scores. From answers: T² KL(teacher || student) of the
    classes at temperature T, squared error of scores. A labelled row counts its answers with `weight` and its labels
    with the rest; a row without a label its answers alone.
    """
    parts: tuple[Tensor, ...] = torch.split(outputs, course.widths, dim=1)
    if course.answers is None:
        return (
            torch.stack([_hard(part, targets[rows]) for part, targets in zip(parts, course.targets, strict=True)])
            .sum(dim=0)
            .mean()
        )
    given: tuple[Tensor, ...] = torch.split(course.answers.outputs[rows], course.widths, dim=1)
    labelled, last = rows < course.answers.labelled, course.answers.labelled - 1
    weight, losses = course.answers.weight, []
    for part, answered, targets in zip(parts, given, course.targets, strict=True):
        soft = _soft(part, answered, targets.dtype == torch.long, course.answers.temperature)
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


def _pieces(subject: Subject, texts: Split | Texts) -> Pieces:
    return cut_pieces(subject, texts.first, texts.second)


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
