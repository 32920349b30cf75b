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

from tinypt.tokens.arrays import Blocks, Values
from tinypt.tokens.masking import Masked, SpecialIds, mask_by, masked_positions
from tinypt.tokens.randomness import permute, stream_keys, uniforms, unpermute

VALIDATION = -1  # the epoch of blocks used for validation

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Blocks on the device, int64 [blocks, length], and their identity.

    words, teacher_ids and teacher_words are None without a second tokenizer (see Blocks).
    rows, epochs: int64 [blocks], each block's row in its array and the epoch it is shown in. Its mask depends on both.
    padded: whether a block may hold padding.
    extra: further tensors for these blocks, by name, read by the objective; empty in pre-training.
    """

    ids: Tensor
    words: Tensor | None
    teacher_ids: Tensor | None
    teacher_words: Tensor | None
    rows: Tensor
    epochs: Tensor
    padded: bool = True
    extra: Mapping[str, Tensor] = field(default_factory=dict)

    def mask(self, special: SpecialIds, probability: float, seed: int, continuations: Tensor | None = None) -> Masked:
        """Mask a share of the ids, 0 to 1, as `mask_number` does."""
        chosen = masked_positions(probability, self.ids.shape[1])
        return self.mask_number(special, chosen, seed, continuations)

    def mask_number(self, special: SpecialIds, chosen: int, seed: int, continuations: Tensor | None = None) -> Masked:
        """Mask the ids as `mask_by` does, each block independently of the others; the same on every device."""
        blocks, length = self.ids.shape
        randoms = uniforms(stream_keys(seed, self.epochs, self.rows), 3 * length).view(blocks, 3, length)
        return mask_by(self.ids, special, chosen, randoms.transpose(0, 1), continuations)


def ascending(rows: Rows, epochs: Rows) -> tuple[Rows, Rows]:
    """Sort rows, with their epochs: a disk reads ascending rows fastest."""
    order = np.argsort(rows, kind="stable")
    return rows[order], epochs[order]


def take(blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
    """Read rows of the memory-mapped blocks onto the device, in ascending order."""
    rows, epochs = ascending(rows, epochs)
    blocks.read_ahead(rows)

    def move(array: NDArray[np.generic]) -> Tensor:
        return to_device(array.astype(np.int64), device)

    def read(array: Values | None) -> Tensor | None:
        return None if array is None else move(array[rows])

    return Batch(
        ids=move(blocks.ids[rows]),
        words=read(blocks.words),
        teacher_ids=read(blocks.teacher_ids),
        teacher_words=read(blocks.teacher_words),
        rows=move(rows),
        epochs=move(epochs),
        padded=blocks.padded,
    )


def to_device(array: NDArray[np.generic], device: torch.device) -> Tensor:
    """Copy an array to the device; to a GPU from pinned memory, so that computation goes on meanwhile."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor


class Order:
    """The order in which `count` rows are shown: a new permutation every epoch, without end.

    Both methods are functions of the count and the seed alone.
    """

    def __init__(self, count: int, seed: int) -> None:
        """`seed` chooses the permutations."""
        self.count, self.seed = count, seed

    def rows(self, places: Rows) -> tuple[Rows, Rows]:
        """The row shown at each place of the order, counted from 0, and the epoch of the place."""
        epochs, within = np.divmod(places, self.count)
        return self._each_epoch(permute, within, epochs), epochs

    def places(self, rows: Rows, epochs: Rows) -> Rows:
        """The place at which each row is shown in its epoch: the inverse of `rows`."""
        return epochs * self.count + self._each_epoch(unpermute, rows, epochs)

    def _each_epoch(self, apply: Callable[[Rows, int, int, int], Rows], values: Rows, epochs: Rows) -> Rows:
        result = np.empty_like(values)
        for epoch in np.unique(epochs):
            result[epochs == epoch] = apply(values[epochs == epoch], self.count, self.seed, int(epoch))
        return result


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
