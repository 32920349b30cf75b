"""The MLM loss against its definition in float64; the chunked version against autograd and finite differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from tinypt.training import mlm as module
from tinypt.training.mlm import mlm, mlm_loss

POSITIONS, VOCABULARY = 7, 11
WEIGHT = torch.tensor(2.0).double()


def _random(seed: int = 0) -> torch.Tensor:
    return 3 * torch.randn(POSITIONS, VOCABULARY, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _targets(seed: int = 0) -> torch.Tensor:
    targets = torch.randint(VOCABULARY, (POSITIONS,), generator=torch.Generator().manual_seed(seed))
    targets[2] = -100
    return targets


def test_mlm_is_the_mean_cross_entropy_of_counted_positions() -> None:
    logits, targets = _random(), _targets()
    powers = np.exp(logits.numpy())
    probabilities = powers / powers.sum(axis=-1, keepdims=True)
    expected = np.mean([-math.log(probabilities[i, t]) for i, t in enumerate(targets.tolist()) if t != -100])
    assert mlm(logits, targets).item() == pytest.approx(expected, rel=1e-12)
    assert gradcheck(lambda x: mlm(x, targets), _random().requires_grad_())


@settings(max_examples=20, deadline=None)
@given(rows=st.sampled_from([1, 3, POSITIONS]), seed=st.integers(0, 100))
def test_value_and_gradient_in_chunks_equal_the_plain_ones(rows: int, seed: int) -> None:
    targets = _targets(seed)
    logits, plain_logits = _random(seed).requires_grad_(), _random(seed).requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(module.CHUNK, "cpu", rows * VOCABULARY)
        loss, value = mlm_loss(logits, targets, WEIGHT)
    (3 * loss).backward()
    expected = mlm(plain_logits, targets)
    (3 * WEIGHT * expected).backward()
    assert value.item() == pytest.approx(expected.item(), rel=1e-9)
    assert loss.item() == pytest.approx(2 * expected.item(), rel=1e-9)
    torch.testing.assert_close(logits.grad, plain_logits.grad, rtol=1e-9, atol=1e-14)


def test_the_chunked_gradient_against_finite_differences() -> None:
    assert gradcheck(lambda x: mlm_loss(x, _targets(), WEIGHT)[0], _random().requires_grad_())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_large_logits_in_low_precision(dtype: torch.dtype) -> None:
    """Nothing overflows, and the value is that of the rounded logits in float64."""
    logits = (30 * _random()).to(dtype).requires_grad_()
    loss, value = mlm_loss(logits, _targets(), WEIGHT.float())
    loss.backward()
    assert loss.dtype == torch.float32
    assert value.item() == pytest.approx(mlm(logits.double(), _targets()).item(), rel=1e-6)
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_if_no_position_counts_the_loss_and_its_gradient_are_0() -> None:
    logits = _random().requires_grad_()
    loss, _ = mlm_loss(logits, torch.full((POSITIONS,), -100), WEIGHT)
    loss.backward()
    assert loss == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_without_a_wanted_gradient_there_is_none() -> None:
    assert not mlm_loss(_random(), _targets(), WEIGHT)[0].requires_grad


def test_the_graph_for_a_gpus_compiler_is_whole_and_has_the_same_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    gradients = []
    for compiled in (False, True):
        monkeypatch.setattr(module, "compiler_fuses", lambda _device, compiled=compiled: compiled)
        function = torch.compile(mlm_loss, backend="aot_eager", fullgraph=True) if compiled else mlm_loss
        logits = _random().requires_grad_()
        function(logits, _targets(), WEIGHT)[0].backward()
        gradients.append(logits.grad)
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-14)
