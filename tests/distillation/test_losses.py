"""Every loss against a float64 reference written from its definition; its gradient against finite differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from tinypt.distillation import losses

POSITIONS, VOCABULARY, WIDTH = 7, 11, 5


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _targets(seed: int = 0) -> torch.Tensor:
    targets = torch.randint(VOCABULARY, (POSITIONS,), generator=torch.Generator().manual_seed(seed))
    targets[2] = -100
    return targets


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@settings(max_examples=20, deadline=None)
@given(temperature=st.floats(0.5, 8.0), seed=st.integers(0, 100))
def test_kl_against_its_definition(temperature: float, seed: int) -> None:
    student, teacher, targets = (
        _random(POSITIONS, VOCABULARY, seed=seed),
        _random(POSITIONS, VOCABULARY, seed=seed + 1),
        _targets(seed),
    )
    p, q = _softmax(teacher.numpy() / temperature), _softmax(student.numpy() / temperature)
    each = (p * np.log(p / q)).sum(axis=-1)
    expected = temperature**2 * each[(targets != -100).numpy()].mean()
    found = losses.kl(student, teacher, temperature, targets).item()
    assert found == pytest.approx(expected, rel=1e-9)
    assert found >= 0


def test_kl_of_equal_logits_is_zero_and_ignores_a_constant_shift() -> None:
    logits, targets = _random(POSITIONS, VOCABULARY), _targets()
    assert losses.kl(logits + 3.0, logits, 2.0, targets).item() == pytest.approx(0, abs=1e-12)


def test_the_gradient_of_kl_hardly_depends_on_the_temperature() -> None:
    sizes = []
    for temperature in (20.0, 40.0):
        student = _random(POSITIONS, VOCABULARY).requires_grad_()
        losses.kl(student, _random(POSITIONS, VOCABULARY, seed=1), temperature, _targets()).backward()
        sizes.append(student.grad.norm().item())
    assert sizes[0] == pytest.approx(sizes[1], rel=0.1)


def test_kl_over_two_vocabularies_is_refused() -> None:
    with pytest.raises(ValueError, match="one vocabulary"):
        losses.kl(_random(POSITIONS, 5), _random(POSITIONS, 6), 2.0, _targets())


def test_cosine_against_its_definition() -> None:
    student, teacher = _random(3, 4, WIDTH), _random(3, 4, WIDTH, seed=1)
    counted = torch.rand(3, 4, generator=torch.Generator().manual_seed(2)) < 0.6
    each = [
        1 - np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))
        for a, b, counts in zip(
            student.reshape(-1, WIDTH).numpy(), teacher.reshape(-1, WIDTH).numpy(), counted.reshape(-1), strict=True
        )
        if counts
    ]
    assert losses.cosine(student, teacher, counted).item() == pytest.approx(np.mean(each), rel=1e-12)
    assert losses.cosine(student, 3 * student, counted).item() == pytest.approx(0, abs=1e-12)
    assert losses.cosine(student, teacher, torch.zeros(3, 4, dtype=torch.bool)).item() == 0


def test_hidden_against_its_definition() -> None:
    student, teacher = _random(3, 4, WIDTH), _random(3, 4, WIDTH, seed=1)
    counted = torch.rand(3, 4, generator=torch.Generator().manual_seed(2)) < 0.6
    each = [
        sum((student[b, i, k].item() - teacher[b, i, k].item()) ** 2 for k in range(WIDTH)) / WIDTH
        for b in range(3)
        for i in range(4)
        if counted[b, i]
    ]
    assert losses.hidden(student, teacher, counted).item() == pytest.approx(np.mean(each), rel=1e-12)
    assert losses.hidden(student, student, counted).item() == 0
    assert losses.hidden(student, teacher, torch.zeros(3, 4, dtype=torch.bool)).item() == 0


def test_sentence_against_its_definition() -> None:
    student, teacher = _random(4, WIDTH), _random(4, WIDTH, seed=1)
    each = [
        1 - sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))
        for a, b in zip(student.tolist(), teacher.tolist(), strict=True)
    ]
    assert losses.sentence(student, teacher).item() == pytest.approx(np.mean(each), rel=1e-12)
    assert losses.sentence(student, 3 * student).item() == pytest.approx(0, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(count=st.integers(1, 6), seed=st.integers(0, 100))
def test_similarity_against_its_definition(count: int, seed: int) -> None:
    """In plain loops over ordered pairs, with different widths; without a pair it is 0, and so is its gradient."""
    student, teacher = _random(count, WIDTH, seed=seed).requires_grad_(), _random(count, 3, seed=seed + 1)

    def cosine(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))

    ours, theirs = student.tolist(), teacher.tolist()
    each = [
        (cosine(ours[i], ours[j]) - cosine(theirs[i], theirs[j])) ** 2
        for i in range(count)
        for j in range(count)
        if i != j
    ]
    found = losses.similarity(student, teacher)
    assert found.item() == pytest.approx(np.mean(each) if each else 0, rel=1e-9)
    found.backward()
    assert student.grad is not None
    assert student.grad.any() == (count > 1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 100))
def test_similarity_depends_on_neither_rotations_nor_lengths(seed: int) -> None:
    vectors = _random(4, WIDTH, seed=seed)
    rotation, _ = torch.linalg.qr(_random(WIDTH, WIDTH, seed=seed))
    lengths = torch.tensor([[0.5], [1.0], [2.0], [7.0]])
    assert losses.similarity(lengths * vectors @ rotation, vectors).item() == pytest.approx(0, abs=1e-12)


def test_similarity_is_not_rounded_under_autocast() -> None:
    student, teacher = _random(6, 16).float(), _random(6, 16, seed=1).float()
    with torch.autocast("cpu", torch.bfloat16):
        found = losses.similarity(student, teacher)
    assert torch.equal(found, losses.similarity(student, teacher))


def _kinds(blocks: int, length: int, width: int, seed: int = 0) -> list[torch.Tensor]:
    return [_random(blocks, length, width, seed=seed + kind) for kind in range(3)]


def _relation_of(vectors: torch.Tensor, head: int, heads: int, position: int, real: torch.Tensor) -> list[float]:
    """Softmax over the real positions of one position's scaled products with them; vectors are [length, width]."""
    size = vectors.shape[1] // heads
    rows = vectors[:, head * size : (head + 1) * size].tolist()
    products = [
        sum(a * b for a, b in zip(rows[position], row, strict=True)) / math.sqrt(size)
        for row, counts in zip(rows, real.tolist(), strict=True)
        if counts
    ]
    powers = [math.exp(product) for product in products]
    return [power / sum(powers) for power in powers]


@settings(max_examples=10, deadline=None)
@given(heads=st.sampled_from([1, 2, 4]), seed=st.integers(0, 100))
def test_relations_against_their_definition(heads: int, seed: int) -> None:
    """In plain loops, with different widths and numbers of heads, and padding at the end of one block."""
    students, teachers = _kinds(2, 5, 8, seed), _kinds(2, 5, 12, seed + 7)
    real = torch.ones(2, 5, dtype=torch.bool)
    real[1, 3:] = False
    expected = 0.0
    for student, teacher in zip(students, teachers, strict=True):
        each = []
        for block in range(2):
            for head in range(heads):
                for position in real[block].nonzero().flatten().tolist():
                    q = _relation_of(student[block], head, heads, position, real[block])
                    p = _relation_of(teacher[block], head, heads, position, real[block])
                    each.append(sum(a * math.log(a / b) for a, b in zip(p, q, strict=True)))
        expected += sum(each) / len(each)
    found = losses.relations(students, teachers, heads, real).item()
    assert found == pytest.approx(expected, rel=1e-9)
    assert found >= 0


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 100))
def test_relations_do_not_depend_on_rotations_or_padding(seed: int) -> None:
    student, teacher = _kinds(2, 5, 8, seed), _kinds(2, 5, 12, seed + 7)
    real = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    rotation, _ = torch.linalg.qr(_random(4, 4, seed=seed))
    turned = [(kind.reshape(2, 5, 2, 4) @ rotation).reshape(2, 5, 8) for kind in student]
    assert losses.relations(turned, student, 2, real).item() == pytest.approx(0, abs=1e-12)
    filled = [torch.where(real[..., None], kind, torch.full_like(kind, 9.0)) for kind in student]
    assert losses.relations(filled, teacher, 2, real) == losses.relations(student, teacher, 2, real)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_relations_and_their_gradients_are_finite_with_any_padding(dtype: torch.dtype) -> None:
    student, teacher = ([(50 * kind).to(dtype).requires_grad_() for kind in _kinds(2, 5, width)] for width in (8, 12))
    loss = losses.relations(student, teacher, 2, torch.tensor([[True] * 4 + [False], [False] * 5]))
    loss.backward()
    assert loss.dtype == torch.float32
    assert loss.isfinite()
    assert all(kind.grad is not None and kind.grad.isfinite().all() for kind in student)
    assert all(not kind.grad[1].any() for kind in student)


def test_gradients() -> None:
    targets, counted = _targets(), torch.tensor([True, False, True])
    assert gradcheck(
        lambda x: losses.kl(x, _random(POSITIONS, VOCABULARY, seed=1), 2.0, targets),
        _random(POSITIONS, VOCABULARY).requires_grad_(),
    )
    assert gradcheck(lambda x: losses.cosine(x, _random(3, WIDTH, seed=1), counted), _random(3, WIDTH).requires_grad_())
    assert gradcheck(lambda x: losses.hidden(x, _random(3, WIDTH, seed=1), counted), _random(3, WIDTH).requires_grad_())
    assert gradcheck(lambda x: losses.sentence(x, _random(3, WIDTH, seed=1)), _random(3, WIDTH).requires_grad_())
    assert gradcheck(lambda x: losses.similarity(x, _random(3, 4, seed=1)), _random(3, WIDTH).requires_grad_())
    real = torch.tensor([[True, True, True, False]])
    assert gradcheck(
        lambda *kinds: losses.relations(kinds, _kinds(1, 4, 6, seed=5), 2, real),
        [kind.requires_grad_() for kind in _kinds(1, 4, 4)],
    )
