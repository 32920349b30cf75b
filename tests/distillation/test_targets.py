"""What the teacher said, stored and read back, and students that learn from it."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.distillation import targets as module
from tinypt.distillation.batches import take
from tinypt.distillation.cached_targets import CachedTargets, open_cached
from tinypt.distillation.objective import Objective
from tinypt.distillation.targets import write_targets
from tinypt.distillation.teacher import Teacher
from tinypt.modeling.forward import encode, score
from tinypt.modeling.student import make_projection, same_shape
from tinypt.params.students import Init
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.pairs import write_pairs

CPU, SEED, LENGTH = torch.device("cpu"), 7, 24
TEACHER = TeacherTargets(2, 0.15, 2.0, 8, "sentence", None, "fp32")
Inputs = tuple[Blocks, BertForMaskedLM, PreTrainedTokenizerBase]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several batches in a part and several parts, none of which divides the number of blocks."""
    monkeypatch.setattr(module, "BATCH", {"cpu": 5})
    monkeypatch.setattr(module, "PART", 15)


@pytest.fixture
def one(tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]) -> Blocks:
    """Blocks under the teacher's tokenizer."""
    (tmp_path / "one").mkdir()
    write_blocks(texts, cased, LENGTH, tmp_path / "one")
    return open_blocks(tmp_path / "one")


@pytest.fixture
def two(tmp_path: Path, uncased: PreTrainedTokenizerBase, cased: PreTrainedTokenizerBase, texts: list[str]) -> Blocks:
    """Blocks under both tokenizers."""
    (tmp_path / "two").mkdir()
    write_pairs(texts, uncased, cased, LENGTH, tmp_path / "two")
    return open_blocks(tmp_path / "two")


def _store(
    model: BertForMaskedLM,
    tokenizer: PreTrainedTokenizerBase,
    blocks: Blocks,
    options: TeacherTargets | BaseTargets,
    folder: Path,
) -> CachedTargets:
    folder.mkdir(exist_ok=True)
    teacher = Teacher(model, SpecialIds.of(tokenizer), None, options.alignment)
    write_targets(teacher, blocks, options, SEED, CPU, folder, "test")
    stored = open_cached(folder, blocks.length)
    assert stored is not None
    return stored


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_round_trip_of_samples_and_vectors(
    tmp_path: Path, one: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    """Against the teacher asked again: masks, log-probabilities and vectors of any blocks in any draws."""
    stored, special = _store(teacher, cased, one, TEACHER, tmp_path / "t"), SpecialIds.of(cased)
    rows, epochs = np.array([3, 17, 40]), np.array([0, 5, 2])
    batch = take(one, rows, epochs, CPU, stored)
    assert batch.epochs.tolist() == [0, 1, 0]
    said = batch.stored
    assert said is not None
    assert said.samples is not None
    assert said.log_probability is not None
    assert said.vectors is not None
    masked = batch.mask(special, 0.15, SEED)
    states = encode(teacher, masked.inputs, special)
    logs = (score(teacher, states, masked.positions) / 2.0).log_softmax(dim=-1)
    assert said.samples.shape == (len(masked.positions), 8)
    assert torch.allclose(said.log_probability, logs.gather(1, said.samples).mean(dim=-1), atol=5e-3)
    real = ~special.is_special(batch.ids)
    expected = torch.stack([states[row][real[row]].mean(dim=0) for row in range(3)])
    assert torch.allclose(said.vectors.float(), expected, atol=2e-3)
    counts = torch.zeros_like(logs).scatter_add_(1, said.samples, torch.ones_like(said.samples, dtype=logs.dtype))
    assert ((counts - 8 * logs.exp()).abs() < 1 + 1e-4).all()


@pytest.mark.parametrize("alignment", ["sentence", "word"])
def test_round_trip_of_vectors_of_the_unmasked_text(
    tmp_path: Path, two: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, alignment: str
) -> None:
    stored = _store(teacher, cased, two, BaseTargets(alignment, None, "fp32"), tmp_path / "t")
    rows, special = np.array([0, 8, 31]), SpecialIds.of(cased)
    batch = take(two, rows, np.array([0, 3, 9]), CPU, stored)
    assert batch.epochs.tolist() == [0, 3, 9]
    assert batch.stored is not None
    assert batch.teacher_ids is not None
    assert batch.stored.samples is None
    expected = Teacher(teacher, special, None, alignment).vectors(batch, encode(teacher, batch.teacher_ids, special))
    assert torch.allclose(batch.stored.vectors.float(), expected, atol=2e-3)


def _student(blocks: Blocks, base: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase) -> BertForMaskedLM:
    return base if blocks.words is not None else same_shape(base, tokenizer, seed=5)


def _terms(objective: Objective, blocks: Blocks, stored: CachedTargets | None) -> dict[str, Tensor]:
    batch = take(blocks, np.arange(30), np.zeros(30, dtype=np.int64), CPU, stored)
    terms = objective(batch, batch.mask(objective.special, 0.15, SEED))
    return {name: term.detach() for name, term in terms.items()}


@pytest.mark.parametrize("alignment", ["sentence", "word"])
def test_cached_is_live_up_to_half_precision_where_nothing_is_sampled(
    tmp_path: Path,
    two: Blocks,
    base: BertForMaskedLM,
    uncased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    alignment: str,
) -> None:
    stored = _store(teacher, cased, two, BaseTargets(alignment, None, "fp32"), tmp_path / "t")
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    special, weights = SpecialIds.of(uncased), {"mlm": 1.0, "cosine": 1.0}
    live = Objective(base, special, weights, Teacher(teacher, SpecialIds.of(cased), None, alignment), projection)
    cached = Objective(base, special, weights, stored, projection)
    without = dataclasses.replace(two, teacher_ids=None, teacher_words=None)  # the teacher's reading is not needed
    ours, theirs = _terms(cached, without, stored), _terms(live, two, None)
    assert ours["mlm"] == theirs["mlm"]
    assert ours["cosine"].item() == pytest.approx(theirs["cosine"].item(), abs=1e-5)


def test_cached_is_live_where_the_teacher_reads_what_the_student_reads(
    tmp_path: Path, one: Blocks, base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    """The same masks, so the same MLM and cosine; of kl an estimate, here of many samples."""
    stored = _store(teacher, cased, one, dataclasses.replace(TEACHER, samples=300), tmp_path / "t")
    projection = make_projection(Init("teacher", "full", "random", "random", None), 16, teacher, seed=0)
    special, weights = SpecialIds.of(cased), {"mlm": 1.0, "kl": 1.0, "cosine": 1.0}
    student = same_shape(base, cased, seed=5)
    live = Objective(student, special, weights, Teacher(teacher, special, 2.0, "sentence"), projection)
    cached = Objective(student, special, weights, stored, projection)
    ours, theirs = _terms(cached, one, stored), _terms(live, one, None)
    assert ours["mlm"] == theirs["mlm"]
    assert ours["cosine"].item() == pytest.approx(theirs["cosine"].item(), abs=1e-5)
    assert ours["kl"].item() == pytest.approx(theirs["kl"].item(), abs=2e-3)  # log-probabilities are fp16


def test_a_reduced_width_keeps_cosines_and_composes_with_the_projection(
    tmp_path: Path, two: Blocks, base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    whole = _store(teacher, cased, two, BaseTargets("word", None, "fp32"), tmp_path / "whole")
    stored = _store(teacher, cased, two, BaseTargets("word", 24, "fp32"), tmp_path / "reduced")
    assert stored.basis is not None
    assert np.allclose(stored.basis @ stored.basis.T, np.eye(24), atol=1e-5)
    assert np.allclose(stored.vectors, whole.vectors.astype(np.float32) @ stored.basis.T, atol=5e-3)

    def cosines(vectors: np.ndarray) -> np.ndarray:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit @ unit.T

    full = cosines(whole.vectors[:200].astype(np.float64))
    kept = cosines(stored.vectors[:200].astype(np.float64))
    first = cosines(whole.vectors[:200, :24].astype(np.float64))
    assert np.abs(kept - full).mean() < 0.5 * np.abs(first - full).mean()
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    states = torch.randn(3, 16)
    reduced = stored.reduce(projection)
    assert torch.allclose(reduced(states), projection(states) @ torch.from_numpy(np.array(stored.basis)).T, atol=1e-5)
    assert whole.reduce(projection) is projection


def test_a_width_that_reduces_nothing_is_refused(
    tmp_path: Path, two: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    with pytest.raises(PipelineError, match="width must be less than the teacher's 48, is 48"):
        _store(teacher, cased, two, BaseTargets("word", 48, "fp32"), tmp_path / "t")


def test_what_is_stored_of_a_block_depends_on_no_other(
    tmp_path: Path, one: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    whole = _store(teacher, cased, one, TEACHER, tmp_path / "whole")
    part = _store(teacher, cased, dataclasses.replace(one, ids=one.ids[:20]), TEACHER, tmp_path / "part")
    assert np.array_equal(whole.samples[:, :20], part.samples)
    assert not np.array_equal(whole.samples[0], whole.samples[1])


def test_bytes_are_counted(
    tmp_path: Path, one: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    told = Teacher(teacher, SpecialIds.of(cased), None, None)
    options = dataclasses.replace(TEACHER, alignment=None)
    (tmp_path / "t").mkdir()
    metrics = write_targets(told, one, options, SEED, CPU, tmp_path / "t", "test")
    masked, header = round(0.15 * LENGTH), 128
    assert metrics["bytes"] == 2 * header + 2 * len(one) * masked * (8 * 2 + 2)
    assert metrics["tokens"] == len(one) * LENGTH


@pytest.mark.parametrize("options", [TEACHER, BaseTargets("word", 24, "fp32")])
def test_a_resumed_run_writes_the_bytes_of_an_uninterrupted_one(
    tmp_path: Path,
    one: Blocks,
    two: Blocks,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    monkeypatch: pytest.MonkeyPatch,
    options: TeacherTargets | BaseTargets,
) -> None:
    """Interrupted while a part is written, twice, and while the arrays are made."""
    blocks = one if isinstance(options, TeacherTargets) else two
    _store(teacher, cased, blocks, options, tmp_path / "whole")

    class Interrupted(Exception):
        pass

    real, calls = module._put, 0

    def dies(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls % 11 == 0:
            raise Interrupted
        real(*arguments)

    monkeypatch.setattr(module, "_put", dies)
    (tmp_path / "part").mkdir()
    (tmp_path / "part/vectors.npy").write_bytes(b"half")
    interruptions = 0
    for _ in range(100):
        try:
            _store(teacher, cased, blocks, options, tmp_path / "part")
            break
        except Interrupted:
            interruptions += 1
    assert interruptions > 1
    assert _bytes(tmp_path / "part") == _bytes(tmp_path / "whole")
