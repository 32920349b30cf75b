"""The training loop, for pre-training and distillation alike."""

import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tinypt.distillation.batches import VALIDATION, Batch, Order, take
from tinypt.distillation.checkpoint import load_checkpoint, save_checkpoint
from tinypt.distillation.objective import Objective
from tinypt.errors import PipelineError
from tinypt.params.training import Training
from tinypt.progress import Progress
from tinypt.tokens.arrays import Blocks

log = logging.getLogger(__name__)
ROWS = 20  # rows of the training curve, at least; a long training gets one every MAX_INTERVAL steps
MAX_INTERVAL = 500
EVALUATION_MASKING = 0.15  # share of positions masked in validation, whatever training uses
Row = dict[str, float]


@dataclass(frozen=True)
class Result:
    """What a training leaves beside the weights.

    rows: the training curve; terms are means since the row before, validation_mlm is at the row's step.
    validation_start, validation_end: MLM loss on the validation blocks before and after, nats per masked token.
    steps: optimizer steps; tokens: tokens trained on; tokens_per_second: of this process, validation included.
    """

    rows: list[Row]
    validation_start: float
    validation_end: float
    steps: int
    tokens: int
    tokens_per_second: float


def train(
    objective: Objective,
    blocks: Blocks,
    options: Training,
    seed: int,
    device: torch.device,
    checkpoint: Path,
    label: str,
    checkpoint_seconds: float = 60.0,
) -> Result:
    """Train `objective`'s parameters on `blocks`, all but the last `options.validation_blocks` of them.

    AdamW with linear warm-up and decay, gradients clipped; fp32 on a CPU, bf16 autocast over fp32 weights
    on a GPU. A step is `options.accumulation` batches of `options.batch_size` blocks, each term of the loss
    the mean over them all. Order and masks are functions of the seed and the step, so that a run that was
    killed and started again from `checkpoint` ends, on a CPU, with the same bits as one that was not.

    Raises:
        PipelineError: too few blocks, or the loss is not finite.
    """
    count = len(blocks) - options.validation_blocks
    if count < options.step_blocks:
        raise PipelineError(
            f"{label}: {len(blocks)} blocks, less {options.validation_blocks} validation_blocks, are fewer than one "
            f"step of {options.step_blocks} (batch_size times accumulation); lower one of them or give more text"
        )
    steps = max(1, round(options.epochs * count / options.step_blocks))
    step_tokens = options.step_blocks * blocks.length
    interval = min(MAX_INTERVAL, math.ceil(steps / ROWS))
    objective.to(device).eval()  # evaluation mode: dropout off, since nothing here overfits
    if objective.teacher is not None:
        objective.teacher.model.to(device).eval()
    optimizer = torch.optim.AdamW(
        _groups(objective, options.weight_decay), lr=options.learning_rate, betas=(0.9, 0.98), eps=1e-6
    )
    order = Order(count, options.step_blocks, seed)
    start, rows, first = 0, [], None
    if (state := load_checkpoint(checkpoint, device)) is not None:
        objective.load_state_dict(state["objective"])
        optimizer.load_state_dict(state["optimizer"])
        start, rows, first = state["step"], state["rows"], state["validation_start"]
        log.info("%s: going on from step %d of %d", label, start, steps)
    if first is None:
        first = validate(objective, blocks, options, seed, device)
    sums: dict[str, Tensor] = {}
    progress = Progress(label, "tokens", (steps - start) * step_tokens)
    began = saved = time.monotonic()
    for step in range(start, steps):
        rate = _learning_rate(step, steps, options)
        for group in optimizer.param_groups:
            group["lr"] = rate
        split = (np.split(array, options.accumulation) for array in order.blocks(step))
        parts = [take(blocks, rows, epochs, device, objective.stored) for rows, epochs in zip(*split, strict=True)]
        for name, value in _backward(objective, parts, options.masking(step, steps), seed).items():
            sums[name] = sums.get(name, 0.0) + value
        torch.nn.utils.clip_grad_norm_(objective.parameters(), options.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.add(step_tokens)
        if (step + 1) % interval == 0 or step + 1 == steps:
            since = step - (rows[-1]["step"] if rows else 0) + 1
            row = {name: float(value) / since for name, value in sums.items()}
            if not math.isfinite(row["loss"]):
                raise PipelineError(
                    f"{label}: the loss is {row['loss']} at step {step + 1}; "
                    f"lower learning_rate, now {options.learning_rate}"
                )
            tokens = (step + 1) * step_tokens
            validation = validate(objective, blocks, options, seed, device)
            rows.append(
                {"step": step + 1, "tokens": tokens, "learning_rate": rate, **row, "validation_mlm": validation}
            )
            sums = {}
            if time.monotonic() - saved >= checkpoint_seconds:
                save_checkpoint(
                    checkpoint,
                    {
                        "objective": objective.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "step": step + 1,
                        "rows": rows,
                        "validation_start": first,
                    },
                )
                saved = time.monotonic()
    progress.close()
    return Result(
        rows=rows,
        validation_start=first,
        validation_end=rows[-1]["validation_mlm"],
        steps=steps,
        tokens=steps * step_tokens,
        tokens_per_second=progress.done / max(time.monotonic() - began, 1e-9),
    )


def _backward(objective: Objective, parts: list[Batch], probability: float, seed: int) -> dict[str, Tensor]:
    """Add the gradients of a step made of `parts`, and return its terms, `loss` among them.

    A term is the mean over all that counts in the step, as if the parts were one batch.
    """
    masked = [part.mask(objective.special, probability, seed) for part in parts]
    counts = [objective.counts(part, inputs) for part, inputs in zip(parts, masked, strict=True)]
    totals = {name: torch.stack([count[name] for count in counts]).sum().clamp(min=1) for name in counts[0]}
    sums: dict[str, Tensor] = {}
    for part, inputs, count in zip(parts, masked, counts, strict=True):
        shares = {name: count[name] / total for name, total in totals.items()}
        with torch.autocast(part.ids.device.type, dtype=torch.bfloat16, enabled=part.ids.is_cuda):
            terms = objective(part, inputs, shares)
        terms["loss"].backward()
        for name, value in terms.items():
            sums[name] = sums.get(name, 0.0) + value.detach()
    return sums


@torch.no_grad()
def validate(objective: Objective, blocks: Blocks, options: Training, seed: int, device: torch.device) -> float:
    """MLM loss of the student on the validation blocks, nats per masked token, masks fixed by the seed."""
    mlm = Objective(objective.student, objective.special, {"mlm": 1.0})
    rows = np.arange(len(blocks) - options.validation_blocks, len(blocks))
    total = torch.zeros((), device=device)
    for part in np.array_split(rows, math.ceil(len(rows) / options.batch_size)):
        batch = take(blocks, part, np.full_like(part, VALIDATION), device)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            total += mlm(batch, batch.mask(mlm.special, EVALUATION_MASKING, seed))["mlm"].float() * len(part)
    return float(total) / len(rows)


def _learning_rate(step: int, steps: int, options: Training) -> float:
    """Linear warm-up over the first `warmup` share of the steps, then linear decay to 0 at the end."""
    warm = options.warmup * steps
    if step < warm:
        return options.learning_rate * (step + 1) / (warm + 1)
    return options.learning_rate * (steps - step) / max(steps - warm, 1)


def _groups(objective: Objective, weight_decay: float) -> list[dict[str, object]]:
    """Parameters with weight decay (matrices) and without (biases and layer norms)."""
    trained = [parameter for parameter in objective.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if parameter.ndim >= 2], "weight_decay": weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim < 2], "weight_decay": 0.0},
    ]
