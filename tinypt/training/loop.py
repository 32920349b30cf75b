"""The training loop, shared by pre-training and distillation."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tinypt.params.training import Training
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.tokens.arrays import Blocks
from tinypt.training.batches import VALIDATION, Prefetcher, take
from tinypt.training.checkpoint import load_checkpoint, save_checkpoint
from tinypt.training.compiler import REMEDY, compiler_faults, has_compiler
from tinypt.training.objective import MlmObjective, Objective
from tinypt.training.optimizer import learning_rate, make_optimizer, update
from tinypt.training.step import Step, autocast, step_blocks
from tinypt.training.workers import Workers, join_workers

log = logging.getLogger(__name__)
ROWS = 10  # rows of the training curve, at least; a long run gets one every MAX_INTERVAL steps
MAX_INTERVAL = 500
VALIDATION_MASKING = 0.15  # share of positions masked in validation, independent of mask_probability
Row = dict[str, float]


@dataclass(frozen=True)
class Result:
    """The record of a training run; the weights are in the objective's models.

    rows: the training curve; terms are means since the row before, validation_mlm is taken at the row's step.
    validation_start, validation_end: MLM loss on the validation blocks before and after, nats per masked token.
    steps: optimizer steps; tokens: tokens trained on; tokens_per_second: of all workers, validation included.
    waited: share of the time spent waiting for data.
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
    on_row: Callable[[list[Row]], None] = lambda rows: None,
) -> Result:
    """Train the parameters of `objective` on `blocks`, except the last `options.validation_blocks` of them.

    The optimizer is AdamW with linear warm-up and decay; gradients are clipped. A step is `options.accumulation`
    batches of `options.batch_size` blocks, and each loss term is the mean over all of them. Order and masks are
    functions of the seed and the step. A killed run that resumes from `checkpoint` therefore ends, on a CPU, with the
    same bits as an uninterrupted one.

    Under torchrun the workers divide each step's blocks among them. The main process alone writes `checkpoint`, from
    which any number of workers can resume. With `options.precision` bf16, the teacher's weights become bf16; the
    student's stay fp32.

    Args:
        objective: the loss terms and their models.
        blocks: the training split's.
        options: length, speed and precision.
        seed: for order and masks.
        device: to train on.
        checkpoint: file to resume from, if it exists, and to write.
        label: of the progress line and of error messages.
        checkpoint_seconds: least time between two checkpoints.
        on_row: called by the main process with the training curve so far, after each new row.

    Raises:
        PipelineError: there are too few blocks, the loss is not finite, or workers do not start alike.
    """
    with join_workers(device) as workers:
        steps = _count_steps(blocks, options, workers, label)
        step_tokens = step_blocks(options) * blocks.length
        interval = min(MAX_INTERVAL, math.ceil(steps / ROWS))
        _prepare(objective, options, device, label)
        if workers.count == 1 and device.type == "cuda" and (gpus := torch.cuda.device_count()) > 1:
            log.warning("%s: trains on one of %d GPUs", label, gpus)
        optimizer = make_optimizer(objective, options)
        start, rows, validation_start = 0, [], None
        workers.require_shared_folder(checkpoint.parent, device, label)
        if (state := load_checkpoint(checkpoint, device)) is not None:
            objective.load_state_dict(state["objective"])
            optimizer.load_state_dict(state["optimizer"])
            start, rows, validation_start = state["step"], state["rows"], state["validation_start"]
            log.info("%s: resuming at step %d of %d", label, start, steps)
        workers.require_agreement(start, [objective.state_dict(), optimizer.state_dict()], device, label)
        if validation_start is None:
            validation_start = validate(objective, blocks, options, seed, device)
        gradients = Step(objective, blocks, options, seed, device, workers)
        prefetcher = Prefetcher(gradients.batches, range(start, steps))
        sums: dict[str, Tensor] = {}
        progress = Progress(label, "tokens", (steps - start) * step_tokens)
        began = saved = time.monotonic()
        for step, batches in prefetcher:
            with compiler_faults(label):
                terms = gradients.backward(batches, step / max(steps - 1, 1))
            if device.type == "cpu":  # reading the loss at every step would stop a GPU, which waits for the next row
                _refuse_not_finite(float(terms["loss"]), step + 1, options, label)
            for name, value in terms.items():
                sums[name] = sums.get(name, 0.0) + value
            rate = learning_rate(step, steps, options)
            update(objective, optimizer, rate, options.clip)
            progress.add(step_tokens)
            if (step + 1) % interval == 0 or step + 1 == steps:
                since = step - (rows[-1]["step"] if rows else 0) + 1
                row = {name: float(value) / since for name, value in workers.add_up(sums).items()}
                _refuse_not_finite(row["loss"], step + 1, options, label)
                validation = validate(objective, blocks, options, seed, device)
                done = {"step": step + 1, "tokens": (step + 1) * step_tokens, "learning_rate": rate}
                rows.append({**done, **row, "validation_mlm": validation})
                sums = {}
                progress.note = f"step {step + 1:,} of {steps:,}, loss {row['loss']:.4g}, validation {validation:.4g}"
                if workers.rank == 0:
                    on_row(rows)
                if workers.rank == 0 and time.monotonic() - saved >= checkpoint_seconds:
                    save_checkpoint(
                        checkpoint,
                        {
                            "objective": objective.state_dict(),
                            "optimizer": optimizer.state_dict(),
                            "step": step + 1,
                            "rows": rows,
                            "validation_start": validation_start,
                        },
                    )
                    saved = time.monotonic()
        progress.close()
        seconds = max(time.monotonic() - began, 1e-9)
        return Result(
            rows=rows,
            validation_start=validation_start,
            validation_end=rows[-1]["validation_mlm"],
            steps=steps,
            tokens=steps * step_tokens,
            tokens_per_second=progress.done / seconds,
            waited=prefetcher.waited / seconds,
        )


def _refuse_not_finite(loss: float, step: int, options: Training, label: str) -> None:
    if not math.isfinite(loss):
        raise PipelineError(
            f"{label}: the loss is {loss} at step {step}; lower learning_rate, now {options.learning_rate}"
        )


def _count_steps(blocks: Blocks, options: Training, workers: Workers, label: str) -> int:
    """Number of optimizer steps.

    Raises:
        PipelineError: there are too few blocks for a step, or too few blocks in a step for the workers.
    """
    count, step = len(blocks) - options.validation_blocks, step_blocks(options)
    if count < step:
        raise PipelineError(
            f"{label}: {len(blocks)} blocks, less {options.validation_blocks} validation_blocks, are fewer than one "
            f"step of {step} (batch_size times accumulation); lower one of them or give more text"
        )
    if step < workers.count:
        raise PipelineError(f"{label}: {workers.count} workers cannot share a step of {step} blocks")
    return max(1, round(options.epochs * count / step))


def _prepare(objective: Objective, options: Training, device: torch.device, label: str) -> None:
    if options.compile and not has_compiler(device):
        raise PipelineError(f"{label}: compile: true needs a C++ compiler; {REMEDY}")
    log.info("%s: %s%s on %s", label, options.precision, ", compiled" if options.compile else "", device)
    if options.precision == "bf16" and device.type == "cpu" and not _has_bf16():
        log.warning("%s: this CPU has no bf16 arithmetic and is several times slower with it than with fp32", label)
    objective.prepare(device, torch.bfloat16 if options.precision == "bf16" else torch.float32)


def _has_bf16() -> bool:
    return any(available for name, available in torch.cpu.get_capabilities().items() if "bf16" in name)


@torch.no_grad()
def validate(objective: Objective, blocks: Blocks, options: Training, seed: int, device: torch.device) -> float:
    """MLM loss of the trained model on the validation blocks, nats per masked token; the seed fixes the masks."""
    mlm = MlmObjective(objective.model, objective.special)
    rows = np.arange(len(blocks) - options.validation_blocks, len(blocks))
    total = torch.zeros((), device=device)
    for part in np.array_split(rows, math.ceil(len(rows) / options.batch_size)):
        batch = take(blocks, part, np.full_like(part, VALIDATION), device)
        with autocast(options, device):
            total += mlm(batch, batch.mask(mlm.special, VALIDATION_MASKING, seed))["mlm"].float() * len(part)
    return float(total) / len(rows)
