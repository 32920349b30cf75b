"""Training a model on one task, or on several over the same texts at once."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tinypt.errors import PipelineError
from tinypt.evaluation.folds import Rows
from tinypt.evaluation.scoring import Labels, gold_labels
from tinypt.evaluation.subject import Pieces, Subject, cut_pieces, length_sorted, pad
from tinypt.evaluation.taskmodel import TaskModel, used_ids
from tinypt.evaluation.tasks import Split, TaskData
from tinypt.params.evaluate import Finetune
from tinypt.progress import Progress

WARMUP, WEIGHT_DECAY, CLIP = 0.1, 0.01, 1.0  # as BERT is fine-tuned (Devlin et al. 2019, appendix A.3)
POOL = 16  # batches shuffled together before they are sorted by length


class DivergedError(PipelineError):
    """Training ended in numbers that are not finite."""


@dataclass(frozen=True)
class Course:
    """What a model is to learn: tasks over the same training texts, each with outputs of its own.

    tasks: by name. train: the texts, shared. tests: each task's own. used: ids of all of them.
    targets: of each task over the training rows, class indices (int64) or standardised scores (fp32).
    """

    subject: Subject
    tasks: dict[str, TaskData]
    train: Pieces
    tests: tuple[Pieces, ...]
    used: Tensor
    targets: tuple[Tensor, ...]

    @property
    def widths(self) -> list[int]:
        """Outputs of each task: one for a score, else one a class."""
        return [1 if data.is_regression else len(data.classes) for data in self.tasks.values()]


def plan(subject: Subject, tasks: dict[str, TaskData]) -> Course:
    """Tokenize the texts of `tasks` and scale their labels.

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
    targets = tuple(_targets(data).to(subject.device) for data in tasks.values())
    return Course(subject, tasks, train, tests, used_ids(subject, [train, *tests]), targets)


def fit(
    course: Course, rows: Rows, learning_rate: float, options: Finetune, seed: int, progress: Progress
) -> TaskModel:
    """Train on `rows` of the training split: AdamW, linear warm-up and decay, no choice among epochs.

    Classes are learnt by cross-entropy, scores by mean squared error, several tasks by the sum. fp32 on a CPU, bf16
    autocast over fp32 weights on a GPU. `seed` sets the head, the order of the rows and dropout.

    Raises:
        DivergedError: the loss is not finite.
    """
    subject, model = course.subject, TaskModel(course.subject, course.used, sum(course.widths), seed)
    torch.manual_seed(seed)  # dropout
    order = np.random.default_rng(seed)
    lengths = course.train.lengths()[rows]
    steps = options.epochs * math.ceil(len(rows) / options.batch_size)
    optimizer = torch.optim.AdamW(
        [
            {"params": [weight for weight in model.parameters() if weight.ndim >= 2], "weight_decay": WEIGHT_DECAY},
            {"params": [weight for weight in model.parameters() if weight.ndim < 2], "weight_decay": 0.0},
        ],
        lr=learning_rate,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    model.train()
    for _ in range(options.epochs):
        total = torch.zeros((), device=subject.device)
        for batch in shuffled(lengths, options.batch_size, order):
            chosen = rows[batch]
            with torch.autocast(subject.device.type, dtype=torch.bfloat16, enabled=subject.device.type == "cuda"):
                outputs = model(*pad(course.train, chosen, subject)).float()
            loss = _loss(course, outputs, torch.from_numpy(chosen).to(subject.device))
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            total += loss.detach()
            progress.add(len(batch))
        check_finite(float(total), learning_rate, progress)
    return model.eval()


@torch.no_grad()
def answer(model: TaskModel, subject: Subject, pieces: Pieces, rows: Rows) -> NDArray[np.float64]:
    """Outputs of some rows, [rows, outputs], in fp32 on every device."""
    outputs = np.zeros((len(rows), model.output.out_features))
    for batch in length_sorted(pieces.lengths()[rows]):
        outputs[batch] = model(*pad(pieces, rows[batch], subject)).double().cpu().numpy()
    return outputs


def predictions(course: Course, outputs: NDArray[np.float64]) -> list[Labels]:
    """Each task's predictions, [rows], from outputs [rows, outputs]."""
    parts = np.split(outputs, np.cumsum(course.widths)[:-1], axis=1)
    return [_decode(data, part) for data, part in zip(course.tasks.values(), parts, strict=True)]


def check_finite(value: float, learning_rate: float, progress: Progress) -> None:
    """Refuse a loss or an output that is no number.

    Raises:
        DivergedError: it is not finite.
    """
    if not math.isfinite(value):
        raise DivergedError(
            f"{progress.label}: training diverged (the loss or an output is {value}); "
            f"lower evaluate.finetune.learning_rates ({learning_rate:g})"
        )


def shuffled(lengths: NDArray[np.int64], size: int, random: np.random.Generator) -> list[NDArray[np.int64]]:
    """Row numbers of one epoch in random batches of at most `size` rows of similar length.

    Rows are shuffled, sorted by length within pools of a few batches, cut, and the batches shuffled.
    """
    order = random.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[first : first + size] for first in range(0, len(pool), size)]
    return [batches[index] for index in random.permutation(len(batches))]


def _pieces(subject: Subject, split: Split) -> Pieces:
    return cut_pieces(subject, split.first, split.second)


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


def _loss(course: Course, outputs: Tensor, rows: Tensor) -> Tensor:
    """Cross-entropy where targets are class indices, mean squared error where they are scores, summed over tasks."""
    parts: tuple[Tensor, ...] = torch.split(outputs, course.widths, dim=1)
    losses = [
        functional.cross_entropy(part, targets[rows])
        if targets.dtype == torch.long
        else functional.mse_loss(part[:, 0], targets[rows])
        for part, targets in zip(parts, course.targets, strict=True)
    ]
    return torch.stack(losses).sum()


def _rate(step: int, steps: int) -> float:
    """Share of the learning rate at `step`: linear warm-up, then linear decay to 0 after the last step."""
    warm = WARMUP * steps
    return (step + 1) / (warm + 1) if step < warm else (steps - step) / max(steps - warm, 1)
