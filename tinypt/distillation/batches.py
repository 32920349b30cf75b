"""Batches of token blocks on the device, in an order that depends on the seed and the step alone."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tinypt.distillation.cached_targets import CachedTargets, StoredBatch
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import Masked, SpecialIds, mask_by
from tinypt.tokens.randomness import permute, stream_keys, uniforms

VALIDATION = -1  # stands in the place of the epoch where blocks are shown for validation

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Blocks on the device, int64 [blocks, length], and which they are.

    words, teacher_ids and teacher_words are None without a second tokenizer (see Blocks).
    rows, epochs: int64 [blocks], a block's row in its array and the epoch it is shown in: what its mask depends on.
    stored: what the teacher said of these blocks, where that was stored; `epochs` are then the stored draws of masks.
    """

    ids: Tensor
    words: Tensor | None
    teacher_ids: Tensor | None
    teacher_words: Tensor | None
    rows: Tensor
    epochs: Tensor
    stored: StoredBatch | None = None

    def mask(self, special: SpecialIds, probability: float, seed: int) -> Masked:
        """The ids masked, each block in its own way; the same on every device."""
        blocks, length = self.ids.shape
        randoms = uniforms(stream_keys(seed, self.epochs, self.rows), 3 * length).view(blocks, 3, length)
        return mask_by(self.ids, special, probability, randoms.transpose(0, 1))


def take(blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device, stored: CachedTargets | None = None) -> Batch:
    """Read rows of the memory-mapped blocks, in ascending order for the disk's sake, onto the device.

    With what was stored of the teacher, its targets too, and in place of the epochs the draws it was asked in.
    """
    ascending = np.argsort(rows, kind="stable")
    rows, epochs = rows[ascending], epochs[ascending]
    if stored is not None:
        epochs = stored.draws(epochs)

    def move(array: NDArray[np.generic]) -> Tensor:
        tensor = torch.from_numpy(array.astype(np.int64))
        return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor

    def read(array: NDArray[np.generic] | None) -> Tensor | None:
        return None if array is None else move(array[rows])

    return Batch(
        ids=move(blocks.ids[rows]),
        words=read(blocks.words),
        teacher_ids=read(blocks.teacher_ids),
        teacher_words=read(blocks.teacher_words),
        rows=move(rows),
        epochs=move(epochs),
        stored=None if stored is None else stored.take(rows, epochs, device),
    )


class Order:
    """Which blocks each step trains on: every epoch a new permutation, steps that straddle epochs included."""

    def __init__(self, count: int, step_blocks: int, seed: int) -> None:
        """`count` blocks to train on, `step_blocks` of them a step."""
        self.count, self.step_blocks, self.seed = count, step_blocks, seed

    def blocks(self, step: int) -> tuple[Rows, Rows]:
        """Rows of the blocks for `step`, counted from 0, and the epoch each is shown in, counted from 0.

        A function of the seed and the step alone.
        """
        wanted = np.arange(step * self.step_blocks, (step + 1) * self.step_blocks)
        epochs, places = np.divmod(wanted, self.count)
        parts = [permute(places[epochs == epoch], self.count, self.seed, int(epoch)) for epoch in np.unique(epochs)]
        return np.concatenate(parts), epochs


class Prefetcher:
    """Iterates over what `make` makes of each step, made by a thread while the steps before it compute."""

    DEPTH = 2  # steps made ahead

    def __init__(self, make: Callable[[int], list[Batch]], steps: range) -> None:
        """`make` is called with each of `steps` in turn, by one thread."""
        self.make, self.steps = make, steps
        self.waited = 0.0  # seconds in which what came next was not ready

    def __iter__(self) -> Iterator[tuple[int, list[Batch]]]:
        """Steps and what was made of them; what `make` raises is raised here."""
        with ThreadPoolExecutor(1) as thread:
            pending = deque(thread.submit(self.make, step) for step in self.steps[: self.DEPTH])
            for step in self.steps:
                if step + self.DEPTH in self.steps:
                    pending.append(thread.submit(self.make, step + self.DEPTH))
                began = time.perf_counter()
                made = pending.popleft().result()
                self.waited += time.perf_counter() - began
                yield step, made
