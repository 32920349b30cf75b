"""The fused terms against the plain ones in float64, and their gradient against autograd's and finite differences."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck

from tinypt.distillation import fused, losses
from tinypt.distillation.fused import TeacherOutputs, vocabulary_loss

POSITIONS, VOCABULARY, SAMPLES = 7, 11, 4
WEIGHTS = {"mlm": torch.tensor(2.0).double(), "kl": torch.tensor(0.7).double()}


def _random(seed: int) -> Tensor:
    return 3 * torch.randn(POSITIONS, VOCABULARY, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _targets(seed: int) -> Tensor:
    targets = torch.randint(VOCABULARY, (POSITIONS,), generator=torch.Generator().manual_seed(seed))
    targets[2] = -100
    return targets


def _said(kind: str, seed: int) -> TeacherOutputs:
    if kind == "live":
        return _random(seed + 1)
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randint(VOCABULARY, (POSITIONS, SAMPLES), generator=generator)
    samples[0] = samples[0, 0]  # drawn every time
    return samples, -torch.rand(POSITIONS, generator=generator, dtype=torch.float64)


@settings(max_examples=30, deadline=None)
@given(
    kind=st.sampled_from(["live", "sampled"]),
    names=st.sampled_from([("mlm",), ("kl",), ("mlm", "kl")]),
    temperature=st.floats(0.5, 8.0),
    rows=st.sampled_from([1, 3, POSITIONS]),
    seed=st.integers(0, 100),
)
def test_values_and_gradient_are_those_of_the_plain_terms(
    kind: str, names: tuple[str, ...], temperature: float, rows: int, seed: int
) -> None:
    said, targets, weights = _said(kind, seed), _targets(seed), {name: WEIGHTS[name] for name in names}
    ours, theirs = _random(seed).requires_grad_(), _random(seed).requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fused.CHUNK, "cpu", rows * VOCABULARY)
        loss, terms = vocabulary_loss(ours, targets, weights, temperature, said)
    (3 * loss).backward()
    plain = {"mlm": losses.mlm(theirs, targets)}
    if isinstance(said, Tensor):
        plain["kl"] = losses.kl(theirs, said, temperature, targets)
    else:
        plain["kl"] = losses.sampled_kl(theirs, *said, temperature, targets)
    expected = torch.stack([weights[name] * plain[name] for name in names]).sum()
    (3 * expected).backward()
    assert terms.keys() == set(names)
    assert all(terms[name].item() == pytest.approx(plain[name].item(), rel=1e-9, abs=1e-12) for name in names)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-9)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("kind", ["live", "sampled"])
def test_the_gradient_against_finite_differences(kind: str) -> None:
    said = _said(kind, 0)
    assert gradcheck(lambda x: vocabulary_loss(x, _targets(0), WEIGHTS, 2.0, said)[0], _random(0).requires_grad_())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_large_logits_in_low_precision(dtype: torch.dtype) -> None:
    """Nothing overflows, and the values are those of the rounded logits in float64."""
    logits, weights = (30 * _random(0)).to(dtype).requires_grad_(), {n: w.float() for n, w in WEIGHTS.items()}
    said, targets = (30 * _random(1)).to(dtype), _targets(0)
    loss, terms = vocabulary_loss(logits, targets, weights, 2.0, said)
    loss.backward()
    assert loss.dtype == torch.float32
    assert terms["mlm"].item() == pytest.approx(losses.mlm(logits.double(), targets).item(), rel=1e-6)
    assert terms["kl"].item() == pytest.approx(losses.kl(logits.double(), said.double(), 2.0, targets).item(), rel=1e-6)
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_where_no_position_counts_the_loss_and_its_gradient_are_0() -> None:
    logits = _random(0).requires_grad_()
    loss, _ = vocabulary_loss(logits, torch.full((POSITIONS,), -100), WEIGHTS, 2.0, _random(1))
    loss.backward()
    assert loss == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_without_a_wanted_gradient_there_is_none() -> None:
    loss, _ = vocabulary_loss(_random(0), _targets(0), WEIGHTS, 2.0, _random(1))
    assert not loss.requires_grad


def test_two_vocabularies_are_refused() -> None:
    with pytest.raises(ValueError, match="one vocabulary"):
        vocabulary_loss(_random(0), _targets(0), WEIGHTS, 2.0, _random(1)[:, 1:])


@pytest.mark.parametrize("kind", ["live", "sampled"])
def test_what_a_gpus_compiler_is_given_is_one_graph_with_the_same_loss(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, targets = _said(kind, 0), _targets(0)
    gradients = []
    for compiled in (False, True):
        monkeypatch.setattr(fused, "fuses", lambda _device, compiled=compiled: compiled)
        function = torch.compile(vocabulary_loss, backend="aot_eager", fullgraph=True) if compiled else vocabulary_loss
        logits = _random(0).requires_grad_()
        function(logits, targets, WEIGHTS, 2.0, said)[0].backward()
        gradients.append(logits.grad)
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-14)
