import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tinypt.evaluation.finetuning.heads import ALIGNMENTS, alignments, matched_states
from tinypt.modeling.forward import mean_state

LENGTH, HIDDEN = 9, 4


def pair(first: int, second: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """States of one row, and masks of the given number of pieces of each text. Other pieces lie between and after."""
    states = torch.randn(1, LENGTH, HIDDEN, generator=torch.Generator().manual_seed(seed))
    places = torch.arange(LENGTH)[None]
    return states, (places >= 1) & (places < 1 + first), (places >= 5) & (places < 5 + second)


def expected_alignments(first: np.ndarray, second: np.ndarray) -> list[float]:
    """A float64 reference from the definition: each piece's best cosine, over the first text and over the second."""
    unit = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in (first, second)]
    cosines = unit[0] @ unit[1].T
    return [
        cosines.max(axis=1).mean(),
        cosines.max(axis=1).min(),
        cosines.max(axis=0).mean(),
        cosines.max(axis=0).min(),
    ]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 50))
def test_features_match_their_definition(first: int, second: int, seed: int) -> None:
    states, in_first, in_second = pair(first, second, seed)
    one, other = (states[mask].double().numpy() for mask in (in_first, in_second))
    u, v = one.mean(axis=0), other.mean(axis=0)
    expected = np.concatenate([u, v, np.abs(u - v), u * v, expected_alignments(one, other)])
    found = matched_states(states, in_first, in_second)
    assert found.shape == (1, 4 * HIDDEN + ALIGNMENTS)
    assert found[0].numpy() == pytest.approx(expected, abs=1e-5)


def test_texts_of_the_same_pieces_match_fully_in_any_order() -> None:
    states, in_first, in_second = pair(3, 3)
    states[:, 5:8] = 2 * states[:, 1:4].flip(1)
    assert alignments(states, in_first, in_second)[0].tolist() == pytest.approx([1.0] * ALIGNMENTS, abs=1e-6)


def test_exchanging_the_texts_exchanges_their_features() -> None:
    states, in_first, in_second = pair(2, 4)
    there, back = alignments(states, in_first, in_second)[0], alignments(states, in_second, in_first)[0]
    assert there.tolist() == pytest.approx(back[[2, 3, 0, 1]].tolist())


@pytest.mark.parametrize(("first", "second"), [(0, 3), (3, 0), (0, 0)])
def test_a_text_without_pieces_does_not_match_and_has_finite_gradients(first: int, second: int) -> None:
    states, in_first, in_second = pair(first, second)
    states.requires_grad_()
    found = matched_states(states, in_first, in_second)
    assert found[0, -ALIGNMENTS:].tolist() == [-1.0] * ALIGNMENTS
    found.sum().backward()
    assert states.grad is not None
    assert states.grad.isfinite().all()


def test_the_mean_over_no_piece_is_zero() -> None:
    states, _, _ = pair(1, 1)
    assert mean_state(states, torch.zeros(1, LENGTH, dtype=torch.bool)).tolist() == [[0.0] * HIDDEN]
