"""Training a task model, and computing its outputs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertModel

from tinypt.evaluation.finetuning.data import FinetuneData
from tinypt.evaluation.finetuning.folds import Rows
from tinypt.evaluation.finetuning.model import TaskModel
from tinypt.evaluation.finetuning.stack import Single, Stack
from tinypt.evaluation.model import EvaluatedModel, Pieces, length_sorted, pad
from tinypt.params.evaluate import Finetune
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

WARMUP, WEIGHT_DECAY, CLIP = 0.1, 0.01, 1.0  # as in BERT's fine-tuning (Devlin et al. 2019, appendix A.3)
STACKED = ("cuda",)  # devices on which several runs are trained at once
STACKED_WEIGHTS = 1 << 24  # in the layers of all runs at once: 42 students of BERT-tiny's shape, one BERTimbau
POOL = 16  # batches that are shuffled together before they are sorted by length


@dataclass(frozen=True)
class Hyperparameters:
    """What differs between models: a learning rate that is too high for one is too low for another.

    learning_rate: the peak. dropout: in the encoder and the head.
    """

    learning_rate: float
    dropout: float


class DivergedError(PipelineError):
    """Training produced numbers that are not finite."""


@dataclass(frozen=True)
class Run:
    """One fine-tuning.

    rows: row numbers of the training texts. chosen: learning rate and dropout. seed: of the head's initial weights, the
    order of the rows and dropout.
    """

    rows: Rows
    chosen: Hyperparameters
    seed: int


def fit(
    finetune_data: FinetuneData, runs: list[Run], options: Finetune, progress: Progress
) -> Iterator[TaskModel | DivergedError]:
    """Train a model for each run with AdamW, linear warm-up and linear decay; yield the last epoch's model, in order.

    A run whose loss is not finite yields the error in place of a model; the others go on.

    Training runs in fp32 on a CPU, and with bf16 autocast over fp32 weights on a GPU. There, runs of a small BERT with
    the same dropout are trained at once, because starting a kernel takes longer than its arithmetic. Such runs differ
    from single ones by rounding, and in what dropout drops.
    """
    size = runs_at_once(finetune_data.evaluated)
    for dropout, same in groupby(runs, key=lambda run: run.chosen.dropout):
        members = list(same)
        for first in range(0, len(members), size):
            yield from _fit(finetune_data, members[first : first + size], dropout, options, progress)


def runs_at_once(evaluated: EvaluatedModel) -> int:
    """The number of runs that are trained at once."""
    if evaluated.device.type not in STACKED or not isinstance(evaluated.model.base_model, BertModel):
        return 1
    layers: int = sum(weight.numel() for weight in evaluated.model.base_model.encoder.parameters())
    return max(1, STACKED_WEIGHTS // layers)


def _fit(
    finetune_data: FinetuneData, runs: list[Run], dropout: float, options: Finetune, progress: Progress
) -> list[TaskModel | DivergedError]:
    evaluated, head, outputs = finetune_data.evaluated, finetune_data.head, sum(finetune_data.widths)
    models = [
        TaskModel(evaluated, finetune_data.used, finetune_data.pairs, outputs, head, dropout, run.seed) for run in runs
    ]
    losses = Stack(finetune_data, models) if len(models) > 1 else Single(finetune_data, *models)
    torch.manual_seed(runs[0].seed)  # dropout
    lengths = finetune_data.train.lengths()
    batches = [_batches(run, lengths, options) for run in runs]
    epochs = [math.ceil(len(run.rows) / options.batch_size) for run in runs]
    optimizers = [_optimizer(model, run.chosen.learning_rate) for model, run in zip(models, runs, strict=True)]
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimizer, partial(_rate, steps=options.epochs * epoch))
        for optimizer, epoch in zip(optimizers, epochs, strict=True)
    ]
    diverged: dict[int, DivergedError] = {}
    totals = torch.zeros(len(runs), device=evaluated.device)
    for model in models:
        model.train()
    for step in range(1, options.epochs * max(epochs) + 1):
        rows = [next(own, None) for own in batches]
        totals += losses.backward(rows)
        for index, (model, optimizer, schedule) in enumerate(zip(models, optimizers, schedules, strict=True)):
            if rows[index] is None:  # it has ended
                continue
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            if step % epochs[index] == 0 and index not in diverged:
                try:
                    check_finite(float(totals[index]), runs[index].chosen.learning_rate, progress)
                except DivergedError as error:
                    diverged[index] = error
                totals[index] = 0
        progress.add(sum(len(own) for own in rows if own is not None))
        if len(diverged) == len(runs):
            break
    return [diverged.get(index, model.eval()) for index, model in enumerate(models)]


def _batches(run: Run, lengths: NDArray[np.int64], options: Finetune) -> Iterator[Rows]:
    """Row numbers of each batch, from the first epoch to the last."""
    order = np.random.default_rng(run.seed)
    for _ in range(options.epochs):
        for batch in shuffled(lengths[run.rows], options.batch_size, order):
            yield run.rows[batch]


def _optimizer(model: TaskModel, learning_rate: float) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        [
            {"params": [weight for weight in model.parameters() if weight.ndim >= 2], "weight_decay": WEIGHT_DECAY},
            {"params": [weight for weight in model.parameters() if weight.ndim < 2], "weight_decay": 0.0},
        ],
        lr=learning_rate,
        fused=True,
    )


@torch.no_grad()
def compute_outputs(model: TaskModel, evaluated: EvaluatedModel, pieces: Pieces, rows: Rows) -> NDArray[np.float64]:
    """Outputs for the given rows of `pieces`, float64 [rows, outputs], computed in fp32 on every device."""
    outputs = np.zeros((len(rows), model.output.out_features))
    for batch in length_sorted(pieces.lengths()[rows]):
        outputs[batch] = model(*pad(pieces, rows[batch], evaluated)).double().cpu().numpy()
    return outputs


def check_finite(value: float, learning_rate: float, progress: Progress) -> None:
    """Refuse a loss or an output that is infinite or not a number.

    Raises:
        DivergedError: `value` is not finite.
    """
    if not math.isfinite(value):
        raise DivergedError(
            f"{progress.label}: training diverged (the loss or an output is {value}); "
            f"lower evaluate.finetune.learning_rates ({learning_rate:g})"
        )


def shuffled(lengths: NDArray[np.int64], size: int, random: np.random.Generator) -> list[NDArray[np.int64]]:
    """Row numbers of one epoch in random batches of at most `size` rows of similar length.

    Rows are shuffled, sorted by length within pools of POOL batches, and cut into batches. The batches are shuffled.
    """
    order = random.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[first : first + size] for first in range(0, len(pool), size)]
    return [batches[index] for index in random.permutation(len(batches))]


def _rate(step: int, steps: int) -> float:
    """Share of the learning rate at `step`: linear warm-up, then linear decay to 0 after the last step."""
    warm = WARMUP * steps
    return (step + 1) / (warm + 1) if step < warm else (steps - step) / max(steps - warm, 1)
