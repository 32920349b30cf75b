import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinypt.tokens.randomness import permute, stream_keys, uniforms, unpermute

MASK = 2**64 - 1


def _splitmix(key: int, count: int) -> list[float]:
    """The published generator, with Python's integers."""
    numbers, state = [], key & MASK
    for _ in range(count):
        state = state + 0x9E3779B97F4A7C15 & MASK
        word = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        word = (word ^ word >> 27) * 0x94D049BB133111EB & MASK
        numbers.append(((word ^ word >> 31) >> 40) / 2**24)
    return numbers


@settings(max_examples=30, deadline=None)
@given(key=st.integers(-(2**63), 2**63 - 1))
def test_the_numbers_equal_splitmix64s(key: int) -> None:
    assert uniforms(torch.tensor([key]), 20)[0].tolist() == _splitmix(key, 20)


def test_streams_are_uniform_and_uncorrelated() -> None:
    rows = torch.arange(2000)
    numbers = uniforms(stream_keys(5, torch.zeros(2000, dtype=torch.int64), rows), 200).double()
    shares = torch.histc(numbers, 100, 0, 1) / numbers.numel()
    assert (shares - 0.01).abs().max() < 5 * (0.01 / numbers.numel()) ** 0.5
    for shift in (numbers.roll(1, 0), numbers.roll(1, 1)):
        correlation = torch.corrcoef(torch.stack([numbers.reshape(-1), shift.reshape(-1)]))[0, 1]
        assert abs(correlation) < 5 / numbers.numel() ** 0.5


@settings(max_examples=100, deadline=None)
@given(count=st.integers(1, 300), seed=st.integers(0, 2**40), epoch=st.integers(0, 5))
def test_permute_is_a_permutation_that_unpermute_inverts(count: int, seed: int, epoch: int) -> None:
    permuted = permute(np.arange(count), count, seed, epoch)
    assert sorted(permuted) == list(range(count))
    assert np.array_equal(unpermute(permuted, count, seed, epoch), np.arange(count))


def test_permutations_differ_and_send_a_place_anywhere() -> None:
    count = 50
    sent = np.stack([permute(np.arange(count), count, seed, epoch) for seed in range(100) for epoch in range(20)])
    assert len(np.unique(sent, axis=0)) == len(sent)
    for place in (0, 1, 49):
        seen = np.bincount(sent[:, place], minlength=count)
        assert ((seen - 40) ** 2 / 40).sum() < 100  # chi-squared with 49 degrees of freedom: p < 0.0001
