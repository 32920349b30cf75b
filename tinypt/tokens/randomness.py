"""Random numbers computed from the place of their use, in place of a generator with a state.

A block's mask depends on the seed, the epoch and the block's row alone. It is therefore the same on every device, in
every batch, after a restart, and on any number of workers. The numbers are those of splitmix64 (Steele et al. 2014,
"Fast splittable pseudorandom number generators"). Its 64-bit words are int64 here, the only such type PyTorch supports
on every device; multiplications wrap around.
"""

from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

GOLDEN = 0x9E3779B97F4A7C15 - 2**64  # splitmix64's increment
ROUND_KEYS = np.arange(6) * GOLDEN  # one for each round of the Feistel network
Words = TypeVar("Words", Tensor, NDArray[np.int64])  # 64-bit words


def stream_keys(seed: int, epochs: Tensor, rows: Tensor) -> Tensor:
    """A key, int64 [blocks], for each pair of epoch and row; both are int64 [blocks], at least -1."""
    return _scramble(_scramble(_scramble((epochs + 2) * GOLDEN) + seed % 2**32) + (rows + 2) * GOLDEN)


def uniforms(keys: Tensor, count: int) -> Tensor:
    """`count` numbers for each key, fp32 [keys, count], uniform in [0, 1); the same bits on every device."""
    counter = torch.arange(1, count + 1, device=keys.device) * GOLDEN
    return (_scramble(keys[:, None] + counter) >> 40 & 0xFFFFFF).float() * 2.0**-24


def permute(places: NDArray[np.int64], count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Apply a random permutation of 0 to count - 1 to `places`; every epoch has another permutation.

    It is a Feistel network over the next power of four. Values at or above `count` are permuted again until they fall
    below it (Black and Rogaway 2002, "Ciphers with arbitrary finite domains"). Memory does not depend on `count`.
    """
    return _feistel(places, count, seed, epoch, inverse=False)


def unpermute(values: NDArray[np.int64], count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The places that `permute` sends to `values`."""
    return _feistel(values, count, seed, epoch, inverse=True)


def _feistel(values: NDArray[np.int64], count: int, seed: int, epoch: int, inverse: bool) -> NDArray[np.int64]:
    half = max(1, ((count - 1).bit_length() + 1) // 2)
    low = 2**half - 1
    keys = _scramble(stream_keys(seed, torch.tensor([epoch]), torch.tensor([-1])).numpy() + ROUND_KEYS)
    outside = np.ones(values.shape, dtype=bool)
    while outside.any():
        left, right = values >> half, values & low
        for key in keys[::-1] if inverse else keys:
            if inverse:
                left, right = right ^ (_scramble(left + key) & low), left
            else:
                left, right = right, left ^ (_scramble(right + key) & low)
        values = np.where(outside, left << half | right, values)
        outside = values >= count
    return values


def _scramble(state: Words) -> Words:
    """splitmix64's output function; each `&` turns an arithmetic shift into a logical one."""
    state = (state ^ (state >> 30 & 2**34 - 1)) * (0xBF58476D1CE4E5B9 - 2**64)
    state = (state ^ (state >> 27 & 2**37 - 1)) * (0x94D049BB133111EB - 2**64)
    return state ^ (state >> 31 & 2**33 - 1)
