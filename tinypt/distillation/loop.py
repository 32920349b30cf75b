"""The training loop, for pre-training and distillation alike."""

import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tinypt.distillation.batches import VALIDATION, Prefetcher, take
from tinypt.distillation.checkpoint import load_checkpoint, save_checkpoint
from tinypt.distillation.objective import Objective
from tinypt.distillation.optimizer import learning_rate, make_optimizer
from tinypt.distillation.step import Step, autocast
from tinypt.distillation.workers import Workers, join_workers
from tinypt.params.training import Training
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
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
    steps: optimizer steps; tokens: tokens trained on; tokens_per_second: of all workers, validation included.
    waited: share of the time in which the step had no data to compute on.
    """

    rows: list[Row]
    validation_start: float
    validation_end: float
    steps: int
    tokens: int
    tokens_per_second: float
    waited: float


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

    AdamW with linear warm-up and decay, gradients clipped. A step is `options.accumulation` batches of
    `options.batch_size` blocks, each term of the loss the mean over them all. Order and masks are functions
    of the seed and the step, so that a run that was killed and started again from `checkpoint` ends, on a
    CPU, with the same bits as one that was not.

    Under torchrun the workers divide each step's blocks among them, and the first alone writes `checkpoint`,
    which any number of workers can go on from. With `options.precision` bf16 the teacher's weights are bf16
    from here on, the student's stay fp32.

    Raises:
        PipelineError: too few blocks, or the loss is not finite.
    """
    with join_workers(device) as workers:
        steps = _count_steps(blocks, options, workers, label)
        step_tokens = options.step_blocks * blocks.length
        interval = min(MAX_INTERVAL, math.ceil(steps / ROWS))
        _prepare(objective, options, device, label)
        optimizer = make_optimizer(objective, options)
        start, rows, first = 0, [], None
        if (state := load_checkpoint(checkpoint, device)) is not None:
            objective.load_state_dict(state["objective"])
            optimizer.load_state_dict(state["optimizer"])
            start, rows, first = state["step"], state["rows"], state["validation_start"]
            log.info("%s: going on from step %d of %d", label, start, steps)
        if first is None:
            first = validate(objective, blocks, options, seed, device)
        one = Step(objective, blocks, options, seed, device, workers)
        ahead = Prefetcher(one.batches, range(start, steps))
        sums: dict[str, Tensor] = {}
        progress = Progress(label, "tokens", (steps - start) * step_tokens)
        began = saved = time.monotonic()
        for step, batches in ahead:
            rate = learning_rate(step, steps, options)
            for group in optimizer.param_groups:
                group["lr"] = rate
            for name, value in one.backward(batches, step / max(steps - 1, 1)).items():
                sums[name] = sums.get(name, 0.0) + value
            torch.nn.utils.clip_grad_norm_(objective.parameters(), options.clip)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            progress.add(step_tokens)
            if (step + 1) % interval == 0 or step + 1 == steps:
                since = step - (rows[-1]["step"] if rows else 0) + 1
                row = {name: float(value) / since for name, value in workers.add_up(sums).items()}
                if not math.isfinite(row["loss"]):
                    raise PipelineError(
                        f"{label}: the loss is {row['loss']} at step {step + 1}; "
                        f"lower learning_rate, now {options.learning_rate}"
                    )
                validation = validate(objective, blocks, options, seed, device)
                done = {"step": step + 1, "tokens": (step + 1) * step_tokens, "learning_rate": rate}
                rows.append({**done, **row, "validation_mlm": validation})
                sums = {}
                if workers.rank == 0 and time.monotonic() - saved >= checkpoint_seconds:
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
        seconds = max(time.monotonic() - began, 1e-9)
        return Result(
            rows=rows,
            validation_start=first,
            validation_end=rows[-1]["validation_mlm"],
            steps=steps,
            tokens=steps * step_tokens,
            tokens_per_second=progress.done / seconds,
            waited=ahead.waited / seconds,
        )


def _count_steps(blocks: Blocks, options: Training, workers: Workers, label: str) -> int:
    """Steps of the whole training.

    Raises:
        PipelineError: the blocks are too few for a step, or a step's for the workers.
    """
    count = len(blocks) - options.validation_blocks
    if count < options.step_blocks:
        raise PipelineError(
            f"{label}: {len(blocks)} blocks, less {options.validation_blocks} validation_blocks, are fewer than one "
            f"step of {options.step_blocks} (batch_size times accumulation); lower one of them or give more text"
        )
    if options.step_blocks < workers.count:
        raise PipelineError(f"{label}: {workers.count} workers cannot share a step of {options.step_blocks} blocks")
    return max(1, round(options.epochs * count / options.step_blocks))


def _prepare(objective: Objective, options: Training, device: torch.device, label: str) -> None:
    """Models onto the device, in evaluation mode: dropout off, since nothing here overfits."""
    log.info("%s: %s%s on %s", label, options.precision, ", compiled" if options.compile else "", device)
    if options.precision == "bf16" and device.type == "cpu" and not _knows_bf16():
        log.warning("%s: this CPU has no bf16 arithmetic and is several times slower with it than with fp32", label)
    objective.to(device).eval()
    if objective.teacher is not None:
        dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
        objective.teacher.model.to(device, dtype).eval()


def _knows_bf16() -> bool:
    return any(has for name, has in torch.cpu.get_capabilities().items() if "bf16" in name)


@torch.no_grad()
def validate(objective: Objective, blocks: Blocks, options: Training, seed: int, device: torch.device) -> float:
    """MLM loss of the student on the validation blocks, nats per masked token, masks fixed by the seed."""
    mlm = Objective(objective.student, objective.special, {"mlm": 1.0})
    rows = np.arange(len(blocks) - options.validation_blocks, len(blocks))
    total = torch.zeros((), device=device)
    for part in np.array_split(rows, math.ceil(len(rows) / options.batch_size)):
        batch = take(blocks, part, np.full_like(part, VALIDATION), device)
        with autocast(options, device):
            total += mlm(batch, batch.mask(mlm.special, EVALUATION_MASKING, seed))["mlm"].float() * len(part)
    return float(total) / len(rows)
