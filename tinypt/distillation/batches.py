"""Batches of token blocks on the device, in an order that depends on the seed and the step alone."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tinypt.tokens.arrays import Blocks


@dataclass(frozen=True)
class Batch:
    """Blocks of one step, int64 [blocks, length]; the last three are None without a second tokenizer (see Blocks)."""

    ids: Tensor
    words: Tensor | None
    teacher_ids: Tensor | None
    teacher_words: Tensor | None


def take(blocks: Blocks, rows: NDArray[np.int64], device: torch.device) -> Batch:
    """Read rows of the memory-mapped blocks, in ascending order for the disk's sake, onto the device."""
    rows = np.sort(rows)

    def read(array: NDArray[np.generic] | None) -> Tensor | None:
        if array is None:
            return None
        tensor = torch.from_numpy(array[rows].astype(np.int64))
        return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor

    ids = read(blocks.ids)
    assert ids is not None
    return Batch(ids, read(blocks.words), read(blocks.teacher_ids), read(blocks.teacher_words))


class Order:
    """Which blocks each step trains on: every epoch a new permutation, steps that straddle epochs included."""

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        """`count` blocks to train on, `batch_size` of them a step."""
        self.count, self.batch_size, self.seed = count, batch_size, seed
        self._epoch, self._permutation = -1, np.empty(0, dtype=np.int64)

    def rows(self, step: int) -> NDArray[np.int64]:
        """Rows of the blocks for `step`, counted from 0; a function of the seed and the step alone."""
        wanted = np.arange(step * self.batch_size, (step + 1) * self.batch_size)
        epochs = wanted // self.count
        parts = [self._of_epoch(int(epoch))[wanted[epochs == epoch] % self.count] for epoch in np.unique(epochs)]
        return np.concatenate(parts)

    def _of_epoch(self, epoch: int) -> NDArray[np.int64]:
        if epoch != self._epoch:
            self._epoch = epoch
            self._permutation = np.random.default_rng([self.seed, epoch]).permutation(self.count)
        return self._permutation
