"""Samples replace distributions: without bias, with little variance, and exactly if the probabilities allow it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinypt.distillation import losses
from tinypt.distillation.sampling import Samples, sample_pieces

POSITIONS, VOCABULARY, SAMPLES, TEMPERATURE = 5, 40, 12, 2.0


def _logits(seed: int, scale: float = 3.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(POSITIONS, VOCABULARY, generator=generator, dtype=torch.float64)


def _counts(ids: torch.Tensor) -> torch.Tensor:
    return torch.zeros(len(ids), VOCABULARY, dtype=torch.float64).scatter_add_(
        1, ids, torch.ones_like(ids, dtype=torch.float64)
    )


def _sampled(student: torch.Tensor, teacher: torch.Tensor, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    logs = (teacher / TEMPERATURE).log_softmax(dim=-1).gather(1, ids).mean(dim=-1)
    return losses.sampled_kl(student, Samples(ids, logs), TEMPERATURE, targets)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), samples=st.integers(1, 30), scale=st.floats(0.0, 20.0))
def test_every_id_is_drawn_in_proportion_to_its_probability(seed: int, samples: int, scale: float) -> None:
    """Rounded down or up, so an id of probability 1 / samples or more is never missed."""
    probabilities = _logits(seed, scale).softmax(dim=-1)
    offsets = torch.rand(POSITIONS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ids = sample_pieces(probabilities, samples, offsets)
    assert ids.shape == (POSITIONS, samples)
    assert (ids.diff(dim=1) >= 0).all()
    assert ((_counts(ids) - samples * probabilities).abs() < 1 + 1e-9).all()


def test_an_id_of_probability_0_is_never_drawn() -> None:
    probabilities = torch.tensor([[0.0, 0.5, 0.0, 0.5, 0.0]])
    for offset in (0.0, 0.5, 1 - 2**-24):
        assert set(sample_pieces(probabilities, 4, torch.tensor([offset]))[0].tolist()) == {1, 3}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_counts_are_unbiased(dtype: torch.dtype) -> None:
    """Averaged over a grid of offsets in place of uniform ones; the error is at most the grid's width."""
    grid = 2000
    probabilities = _logits(1).softmax(dim=-1)
    drawn = sum(
        _counts(sample_pieces(probabilities.to(dtype), SAMPLES, torch.full((POSITIONS,), (cell + 0.5) / grid)))
        for cell in range(grid)
    )
    assert (drawn / (grid * SAMPLES) - probabilities).abs().max() < 2 / (grid * SAMPLES)


def test_loss_and_gradient_equal_kl_if_the_samples_hold_the_whole_distribution() -> None:
    """Probabilities that are multiples of 1 / samples leave nothing to chance."""
    draws = np.random.default_rng(0).multinomial(SAMPLES, np.full(VOCABULARY, 1 / VOCABULARY), size=POSITIONS)
    shares = torch.from_numpy(draws / SAMPLES)
    teacher = TEMPERATURE * shares.clamp(min=1e-300).log()
    targets = torch.tensor([1, 2, -100, 4, 5])
    ids = sample_pieces(shares, SAMPLES, torch.full((POSITIONS,), 0.5))
    gradients, values = [], []
    for loss in (
        lambda student: losses.kl(student, teacher, TEMPERATURE, targets),
        lambda student: _sampled(student, teacher, ids, targets),
    ):
        student = _logits(7).requires_grad_()
        value = loss(student)
        value.backward()
        values.append(value.item())
        gradients.append(student.grad)
    assert values[1] == pytest.approx(values[0], rel=1e-12)
    assert torch.allclose(*gradients, rtol=1e-12, atol=1e-15)
    assert not gradients[1][2].any()


def test_loss_and_gradient_are_unbiased_and_vary_less_than_with_independent_draws() -> None:
    teacher, targets, trials = _logits(2), torch.arange(POSITIONS), 1000
    probabilities = (teacher / TEMPERATURE).softmax(dim=-1)
    student = _logits(3).requires_grad_()
    (whole,) = torch.autograd.grad(loss := losses.kl(student, teacher, TEMPERATURE, targets), student)
    generator = torch.Generator().manual_seed(0)
    spread = {}
    for kind in ("systematic", "independent"):
        values, gradients = [], []
        for _ in range(trials):
            offsets = torch.rand(POSITIONS, generator=generator, dtype=torch.float64)
            if kind == "systematic":
                ids = sample_pieces(probabilities, SAMPLES, offsets)
            else:
                ids = torch.multinomial(probabilities, SAMPLES, replacement=True, generator=generator)
            value = _sampled(student, teacher, ids, targets)
            gradients.append(torch.autograd.grad(value, student)[0])
            values.append(value.detach())
        found, gradient = torch.stack(values), torch.stack(gradients)
        assert (found.mean() - loss).abs() < 5 * found.std() / trials**0.5
        assert (gradient.mean(dim=0) - whole).abs().max() < 6 * gradient.std(dim=0).max() / trials**0.5
        spread[kind] = (found.var().item(), gradient.var(dim=0).sum().item())
    assert spread["systematic"][0] < spread["independent"][0]
    assert spread["systematic"][1] < 0.7 * spread["independent"][1]


def test_a_student_equal_to_the_teacher_has_loss_0_for_any_samples() -> None:
    teacher = _logits(4)
    ids = torch.randint(VOCABULARY, (POSITIONS, SAMPLES), generator=torch.Generator().manual_seed(0))
    assert _sampled(teacher + 1.0, teacher, ids, torch.arange(POSITIONS)).item() == pytest.approx(0, abs=1e-12)


def test_gradient_of_the_sampled_loss() -> None:
    ids = torch.randint(VOCABULARY, (POSITIONS, SAMPLES), generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([1, -100, 3, 4, 5])
    assert torch.autograd.gradcheck(lambda x: _sampled(x, _logits(5), ids, targets), _logits(6).requires_grad_())
