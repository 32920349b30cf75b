"""The fused terms against the plain losses in float64; their gradient against autograd and finite differences."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck

from tinypt.distillation import fused, losses
from tinypt.distillation.fused import mlm_and_kl
from tinypt.distillation.sampling import Samples
from tinypt.distillation.teacher import TeacherDistribution
from tinypt.training import mlm

POSITIONS, VOCABULARY, SAMPLES = 7, 11, 4
MLM_WEIGHT, KL_WEIGHT = torch.tensor(2.0).double(), torch.tensor(0.7).double()


def _random(seed: int) -> Tensor:
    return 3 * torch.randn(POSITIONS, VOCABULARY, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _targets(seed: int) -> Tensor:
    targets = torch.randint(VOCABULARY, (POSITIONS,), generator=torch.Generator().manual_seed(seed))
    targets[2] = -100
    return targets


def _teacher(kind: str, seed: int) -> TeacherDistribution:
    if kind == "live":
        return _random(seed + 1)
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randint(VOCABULARY, (POSITIONS, SAMPLES), generator=generator)
    samples[0] = samples[0, 0]  # one piece, drawn every time
    return Samples(samples, -torch.rand(POSITIONS, generator=generator, dtype=torch.float64))


@settings(max_examples=30, deadline=None)
@given(
    kind=st.sampled_from(["live", "sampled"]),
    with_mlm=st.booleans(),
    temperature=st.floats(0.5, 8.0),
    rows=st.sampled_from([1, 3, POSITIONS]),
    seed=st.integers(0, 100),
)
def test_values_and_gradient_equal_those_of_the_plain_losses(
    kind: str, with_mlm: bool, temperature: float, rows: int, seed: int
) -> None:
    teacher, targets = _teacher(kind, seed), _targets(seed)
    logits, plain_logits = _random(seed).requires_grad_(), _random(seed).requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(mlm.CHUNK, "cpu", rows * VOCABULARY)
        loss, terms = mlm_and_kl(logits, targets, MLM_WEIGHT if with_mlm else None, KL_WEIGHT, temperature, teacher)
    (3 * loss).backward()
    if isinstance(teacher, Samples):
        plain = {"kl": losses.sampled_kl(plain_logits, teacher, temperature, targets)}
    else:
        plain = {"kl": losses.kl(plain_logits, teacher, temperature, targets)}
    expected = KL_WEIGHT * plain["kl"]
    if with_mlm:
        plain["mlm"] = mlm.mlm(plain_logits, targets)
        expected = expected + MLM_WEIGHT * plain["mlm"]
    (3 * expected).backward()
    assert terms.keys() == plain.keys()
    assert all(terms[name].item() == pytest.approx(plain[name].item(), rel=1e-9, abs=1e-12) for name in plain)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-9)
    torch.testing.assert_close(logits.grad, plain_logits.grad, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("kind", ["live", "sampled"])
def test_the_gradient_against_finite_differences(kind: str) -> None:
    teacher = _teacher(kind, 0)
    assert gradcheck(
        lambda x: mlm_and_kl(x, _targets(0), MLM_WEIGHT, KL_WEIGHT, 2.0, teacher)[0], _random(0).requires_grad_()
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_large_logits_in_low_precision(dtype: torch.dtype) -> None:
    """Nothing overflows, and the values are those of the rounded logits in float64."""
    logits = (30 * _random(0)).to(dtype).requires_grad_()
    teacher, targets = (30 * _random(1)).to(dtype), _targets(0)
    loss, terms = mlm_and_kl(logits, targets, MLM_WEIGHT.float(), KL_WEIGHT.float(), 2.0, teacher)
    loss.backward()
    assert loss.dtype == torch.float32
    assert terms["mlm"].item() == pytest.approx(mlm.mlm(logits.double(), targets).item(), rel=1e-6)
    kl = losses.kl(logits.double(), teacher.double(), 2.0, targets).item()
    assert terms["kl"].item() == pytest.approx(kl, rel=1e-6)
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_if_no_position_counts_the_loss_and_its_gradient_are_0() -> None:
    logits = _random(0).requires_grad_()
    loss, _ = mlm_and_kl(logits, torch.full((POSITIONS,), -100), MLM_WEIGHT, KL_WEIGHT, 2.0, _random(1))
    loss.backward()
    assert loss == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_without_a_wanted_gradient_there_is_none() -> None:
    loss, _ = mlm_and_kl(_random(0), _targets(0), MLM_WEIGHT, KL_WEIGHT, 2.0, _random(1))
    assert not loss.requires_grad


def test_two_vocabularies_are_refused() -> None:
    with pytest.raises(ValueError, match="one vocabulary"):
        mlm_and_kl(_random(0), _targets(0), MLM_WEIGHT, KL_WEIGHT, 2.0, _random(1)[:, 1:])


@pytest.mark.parametrize("with_mlm", [True, False])
@pytest.mark.parametrize("kind", ["live", "sampled"])
def test_the_graph_for_a_gpus_compiler_is_whole_and_has_the_same_loss(
    kind: str, with_mlm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, targets, weight = _teacher(kind, 0), _targets(0), MLM_WEIGHT if with_mlm else None
    gradients = []
    for compiled in (False, True):
        monkeypatch.setattr(fused, "compiler_fuses", lambda _device, compiled=compiled: compiled)
        function = torch.compile(mlm_and_kl, backend="aot_eager", fullgraph=True) if compiled else mlm_and_kl
        logits = _random(0).requires_grad_()
        function(logits, targets, weight, KL_WEIGHT, 2.0, teacher)[0].backward()
        gradients.append(logits.grad)
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-14)
