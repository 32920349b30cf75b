"""Batches of token blocks on the device, in an order that depends on the seed and the step alone."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import Masked, SpecialIds, mask_by
from tinypt.tokens.randomness import permute, stream_keys, uniforms

VALIDATION = -1  # the epoch of blocks used for validation

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Blocks on the device, int64 [blocks, length], and their identity.

    words, teacher_ids and teacher_words are None without a second tokenizer (see Blocks).
    rows, epochs: int64 [blocks], each block's row in its array and the epoch it is shown in. Its mask depends on both.
    extra: further tensors for these blocks, by name, read by the objective; empty in pre-training.
    """

    ids: Tensor
    words: Tensor | None
    teacher_ids: Tensor | None
    teacher_words: Tensor | None
    rows: Tensor
    epochs: Tensor
    extra: Mapping[str, Tensor] = field(default_factory=dict)

    def mask(self, special: SpecialIds, probability: float, seed: int) -> Masked:
        """Mask the ids, each block independently of the others; the same on every device."""
        blocks, length = self.ids.shape
        randoms = uniforms(stream_keys(seed, self.epochs, self.rows), 3 * length).view(blocks, 3, length)
        return mask_by(self.ids, special, probability, randoms.transpose(0, 1))


def ascending(rows: Rows, epochs: Rows) -> tuple[Rows, Rows]:
    """Sort rows, with their epochs: a disk reads ascending rows fastest."""
    order = np.argsort(rows, kind="stable")
    return rows[order], epochs[order]


def take(blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
    """Read rows of the memory-mapped blocks onto the device, in ascending order."""
    rows, epochs = ascending(rows, epochs)

    def move(array: NDArray[np.generic]) -> Tensor:
        return to_device(array.astype(np.int64), device)

    def read(array: NDArray[np.generic] | None) -> Tensor | None:
        return None if array is None else move(array[rows])

    return Batch(
        ids=move(blocks.ids[rows]),
        words=read(blocks.words),
        teacher_ids=read(blocks.teacher_ids),
        teacher_words=read(blocks.teacher_words),
        rows=move(rows),
        epochs=move(epochs),
    )


def to_device(array: NDArray[np.generic], device: torch.device) -> Tensor:
    """Copy an array to the device; to a GPU from pinned memory, so that computation goes on meanwhile."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor


class Order:
    """The blocks of each step: a new permutation every epoch; a step may span two epochs."""

    def __init__(self, count: int, step_blocks: int, seed: int) -> None:
        """`count` blocks to train on, `step_blocks` of them in each step."""
        self.count, self.step_blocks, self.seed = count, step_blocks, seed

    def blocks(self, step: int) -> tuple[Rows, Rows]:
        """Rows of the blocks for `step`, and the epoch each is shown in; both are counted from 0.

        The result is a function of the seed and the step alone.
        """
        wanted = np.arange(step * self.step_blocks, (step + 1) * self.step_blocks)
        epochs, places = np.divmod(wanted, self.count)
        parts = [permute(places[epochs == epoch], self.count, self.seed, int(epoch)) for epoch in np.unique(epochs)]
        return np.concatenate(parts), epochs


class Prefetcher:
    """Iterates over steps and their batches; a thread reads ahead while earlier steps compute."""

    DEPTH = 2  # steps read ahead

    def __init__(self, read: Callable[[int], list[Batch]], steps: range) -> None:
        """`read` is called with each of `steps` in turn, by one thread."""
        self.read, self.steps = read, steps
        self.waited = 0.0  # seconds spent waiting for batches that were not ready

    def __iter__(self) -> Iterator[tuple[int, list[Batch]]]:
        """Yield each step with its batches; an exception from `read` is raised here."""
        with ThreadPoolExecutor(1) as thread:
            pending = deque(thread.submit(self.read, step) for step in self.steps[: self.DEPTH])
            for step in self.steps:
                if step + self.DEPTH in self.steps:
                    pending.append(thread.submit(self.read, step + self.DEPTH))
                began = time.perf_counter()
                batches = pending.popleft().result()
                self.waited += time.perf_counter() - began
                yield step, batches
