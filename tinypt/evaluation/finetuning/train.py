"""Training a task model, and computing its outputs."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tinypt.evaluation.finetuning.data import FinetuneData, finetune_loss
from tinypt.evaluation.finetuning.folds import Rows
from tinypt.evaluation.finetuning.model import TaskModel
from tinypt.evaluation.model import EvaluatedModel, Pieces, length_sorted, pad
from tinypt.params.evaluate import Finetune
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

WARMUP, WEIGHT_DECAY, CLIP = 0.1, 0.01, 1.0  # as in BERT's fine-tuning (Devlin et al. 2019, appendix A.3)
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


def fit(
    finetune_data: FinetuneData, rows: Rows, chosen: Hyperparameters, options: Finetune, seed: int, progress: Progress
) -> TaskModel:
    """Train on `rows` of the training texts with AdamW, linear warm-up and linear decay; return the last epoch's model.

    Training runs in fp32 on a CPU, and with bf16 autocast over fp32 weights on a GPU. `seed` determines the head's
    initial weights, the order of the rows and dropout.

    Raises:
        DivergedError: the loss is not finite.
    """
    evaluated = finetune_data.evaluated
    outputs = sum(finetune_data.widths)
    model = TaskModel(
        evaluated, finetune_data.used, finetune_data.pairs, outputs, finetune_data.head, chosen.dropout, seed
    )
    torch.manual_seed(seed)  # dropout
    order = np.random.default_rng(seed)
    lengths = finetune_data.train.lengths()[rows]
    steps = options.epochs * math.ceil(len(rows) / options.batch_size)
    optimizer = torch.optim.AdamW(
        [
            {"params": [weight for weight in model.parameters() if weight.ndim >= 2], "weight_decay": WEIGHT_DECAY},
            {"params": [weight for weight in model.parameters() if weight.ndim < 2], "weight_decay": 0.0},
        ],
        lr=chosen.learning_rate,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    model.train()
    for _ in range(options.epochs):
        total = torch.zeros((), device=evaluated.device)
        for batch in shuffled(lengths, options.batch_size, order):
            batch_rows = rows[batch]
            with torch.autocast(evaluated.device.type, dtype=torch.bfloat16, enabled=evaluated.device.type == "cuda"):
                found = model(*pad(finetune_data.train, batch_rows, evaluated)).float()
            loss = finetune_loss(finetune_data, found, torch.from_numpy(batch_rows).to(evaluated.device))
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            total += loss.detach()
            progress.add(len(batch))
        check_finite(float(total), chosen.learning_rate, progress)
    return model.eval()


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
