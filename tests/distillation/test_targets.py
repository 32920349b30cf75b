"""The teacher's outputs, cached and read back, and the losses of students that learn from them."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.distillation import targets as module
from tinypt.distillation.cached_targets import CachedTargets, open_cached
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.targets import write_targets
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Cosine
from tinypt.modeling.bert import same_shape
from tinypt.modeling.forward import encode, score
from tinypt.modeling.student import make_projection
from tinypt.params.students import Init
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.pairs import write_pairs
from tinypt.training.batches import take

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


def _cache(
    model: BertForMaskedLM,
    tokenizer: PreTrainedTokenizerBase,
    blocks: Blocks,
    options: TeacherTargets | BaseTargets,
    folder: Path,
) -> CachedTargets:
    folder.mkdir(exist_ok=True)
    write_targets(Teacher(model, SpecialIds.of(tokenizer)), blocks, options, SEED, CPU, folder, "test")
    cached = open_cached(folder, blocks.length)
    assert cached is not None
    return cached


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_round_trip_of_samples_and_vectors(
    tmp_path: Path, one: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    """Masks, log-probabilities and vectors, for any blocks and draws, against the teacher run again."""
    cached, special = _cache(teacher, cased, one, TEACHER, tmp_path / "t"), SpecialIds.of(cased)
    batch = cached.read(one, np.array([3, 17, 40]), np.array([0, 5, 2]), CPU)
    assert batch.epochs.tolist() == [0, 1, 0]
    samples = cached.distribution(batch, (), torch.empty(0))
    masked = batch.mask(special, 0.15, SEED)
    states = encode(teacher, masked.inputs, special)
    logs = (score(teacher, states, masked.positions) / 2.0).log_softmax(dim=-1)
    assert samples.ids.shape == (len(masked.positions), 8)
    assert torch.allclose(samples.log_probability, logs.gather(1, samples.ids).mean(dim=-1), atol=5e-3)
    real = ~special.is_special(batch.ids)
    expected = torch.stack([states[row][real[row]].mean(dim=0) for row in range(3)])
    assert torch.allclose(cached.vectors(batch, (), "sentence"), expected, atol=2e-3)
    counts = torch.zeros_like(logs).scatter_add_(1, samples.ids, torch.ones_like(samples.ids, dtype=logs.dtype))
    assert ((counts - 8 * logs.exp()).abs() < 1 + 1e-4).all()


@pytest.mark.parametrize("alignment", ["sentence", "word"])
def test_round_trip_of_vectors_of_the_unmasked_text(
    tmp_path: Path, two: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, alignment: str
) -> None:
    cached = _cache(teacher, cased, two, BaseTargets(alignment, None, "fp32"), tmp_path / "t")
    rows, epochs = np.array([31, 0, 8]), np.array([9, 0, 3])
    batch = cached.read(two, rows, epochs, CPU)
    assert (batch.rows.tolist(), batch.epochs.tolist()) == ([0, 8, 31], [0, 3, 9])
    assert batch.teacher_ids is None  # the teacher's reading of the text is not needed
    assert batch.extra.keys() == {"vectors"}
    live, whole = Teacher(teacher, SpecialIds.of(cased)), take(two, rows, epochs, CPU)
    expected = live.vectors(whole, live.states(whole, whole.ids), alignment)
    assert torch.allclose(cached.vectors(batch, (), alignment), expected, atol=2e-3)


def _terms(objective: DistillationObjective, blocks: Blocks) -> dict[str, Tensor]:
    batch = objective.read(blocks, np.arange(30), np.zeros(30, dtype=np.int64), CPU)
    terms = objective(batch, batch.mask(objective.special, 0.15, SEED))
    return {name: term.detach() for name, term in terms.items()}


@pytest.mark.parametrize("alignment", ["sentence", "word"])
def test_without_samples_cached_equals_live_up_to_half_precision(
    tmp_path: Path,
    two: Blocks,
    base: BertForMaskedLM,
    uncased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    alignment: str,
) -> None:
    cached = _cache(teacher, cased, two, BaseTargets(alignment, None, "fp32"), tmp_path / "t")
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    special, weights = SpecialIds.of(uncased), {"mlm": 1.0, "cosine": 1.0}
    cosine, live = Cosine(projection, alignment, special), Teacher(teacher, SpecialIds.of(cased))
    expected = _terms(DistillationObjective(base, special, weights, live, cosine=cosine), two)
    found = _terms(DistillationObjective(base, special, weights, cached, cosine=cosine), two)
    assert found["mlm"] == expected["mlm"]
    assert found["cosine"].item() == pytest.approx(expected["cosine"].item(), abs=1e-5)


def test_with_one_tokenizer_cached_agrees_with_live(
    tmp_path: Path, one: Blocks, base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    """The masks are the same, and so are MLM and cosine; kl is an estimate, here from many samples."""
    cached = _cache(teacher, cased, one, dataclasses.replace(TEACHER, samples=300), tmp_path / "t")
    projection = make_projection(Init("teacher", "full", "random", "random", None), 16, teacher, seed=0)
    special, weights = SpecialIds.of(cased), {"mlm": 1.0, "kl": 1.0, "cosine": 1.0}
    student, cosine = same_shape(base, cased, seed=5), Cosine(projection, "sentence", special)
    live = Teacher(teacher, special)
    expected = _terms(DistillationObjective(student, special, weights, live, 2.0, cosine), one)
    found = _terms(DistillationObjective(student, special, weights, cached, 2.0, cosine), one)
    assert found["mlm"] == expected["mlm"]
    assert found["cosine"].item() == pytest.approx(expected["cosine"].item(), abs=1e-5)
    assert found["kl"].item() == pytest.approx(expected["kl"].item(), abs=2e-3)  # log-probabilities are fp16


def test_a_reduced_width_keeps_cosines_and_composes_with_the_projection(
    tmp_path: Path, two: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    whole = _cache(teacher, cased, two, BaseTargets("word", None, "fp32"), tmp_path / "whole")
    cached = _cache(teacher, cased, two, BaseTargets("word", 24, "fp32"), tmp_path / "reduced")
    basis, vectors, all_vectors = cached.arrays["basis"], cached.arrays["vectors"], whole.arrays["vectors"]
    assert np.allclose(basis @ basis.T, np.eye(24), atol=1e-5)
    assert np.allclose(vectors, all_vectors.astype(np.float32) @ basis.T, atol=5e-3)

    def cosines(vectors: np.ndarray) -> np.ndarray:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit @ unit.T

    full = cosines(all_vectors[:200].astype(np.float64))
    kept = cosines(vectors[:200].astype(np.float64))
    first = cosines(all_vectors[:200, :24].astype(np.float64))
    assert np.abs(kept - full).mean() < 0.5 * np.abs(first - full).mean()
    projection = make_projection(Init("base", "full", "base", "base", None), 16, teacher, seed=0)
    states = torch.randn(3, 16)
    expected = projection(states) @ torch.from_numpy(np.array(basis)).T
    assert torch.allclose(cached.reduce(projection)(states), expected, atol=1e-5)
    assert whole.reduce(projection) is projection


def test_a_width_that_reduces_nothing_is_refused(
    tmp_path: Path, two: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    with pytest.raises(PipelineError, match="width: must be less than the teacher's 48, is 48"):
        _cache(teacher, cased, two, BaseTargets("word", 48, "fp32"), tmp_path / "t")


def test_a_blocks_cached_outputs_depend_on_no_other_block(
    tmp_path: Path, one: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    whole = _cache(teacher, cased, one, TEACHER, tmp_path / "whole").arrays["samples"]
    blocks = dataclasses.replace(one, ids=one.ids[:20])
    part = _cache(teacher, cased, blocks, TEACHER, tmp_path / "part").arrays["samples"]
    assert np.array_equal(whole[:, :20], part)
    assert not np.array_equal(whole[0], whole[1])


def test_bytes_and_progress_are_counted(
    tmp_path: Path,
    one: Blocks,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends: list[tuple[int, int | None]] = []
    monkeypatch.setattr(Progress, "close", lambda self: ends.append((self.done, self.total)))
    options = dataclasses.replace(TEACHER, alignment=None)
    (tmp_path / "t").mkdir()
    metrics = write_targets(Teacher(teacher, SpecialIds.of(cased)), one, options, SEED, CPU, tmp_path / "t", "test")
    masked, header = round(0.15 * LENGTH), 128
    assert metrics["bytes"] == 2 * header + 2 * len(one) * masked * (8 * 2 + 2)
    assert metrics["tokens"] == len(one) * LENGTH
    assert ends == [(options.draws * len(one) * LENGTH,) * 2]


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
    """Interrupted twice while a part is written, and while the arrays are created."""
    blocks = one if isinstance(options, TeacherTargets) else two
    _cache(teacher, cased, blocks, options, tmp_path / "whole")

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
            _cache(teacher, cased, blocks, options, tmp_path / "part")
            break
        except Interrupted:
            interruptions += 1
    assert interruptions > 1
    assert _bytes(tmp_path / "part") == _bytes(tmp_path / "whole")


@pytest.mark.parametrize(
    ("name", "place", "log"),
    [
        ("vectors.npy", -1, r"damaged after part [1-9]\d*; the rest is done again"),
        ("vectors.npy", 200, "damaged after part 0; the rest is done again"),
        ("vectors.npy", 20, "it is done again"),
        ("basis.npy", -1, "it is done again"),
        ("starts.npy", -1, "it is done again"),
        ("options.json", 3, "it is done again"),
        ("../part.json", 30, "it is done again"),
    ],
)
def test_damaged_unfinished_work_is_named_and_done_again(
    tmp_path: Path,
    two: Blocks,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    caplog: pytest.LogCaptureFixture,
    name: str,
    place: int,
    log: str,
) -> None:
    options, folder = BaseTargets("word", 24, "fp32"), tmp_path / "part"
    _cache(teacher, cased, two, options, folder)
    whole, content = _bytes(folder), bytearray((folder / name).read_bytes())
    content[place] ^= 1
    (folder / name).write_bytes(content)
    _cache(teacher, cased, two, options, folder)
    assert re.search(log, caplog.text)
    assert _bytes(folder) == whole


def test_work_of_another_run_and_stray_files_are_not_used(
    tmp_path: Path, two: Blocks, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    options = BaseTargets("word", 24, "fp32")
    folder, other = tmp_path / "run/part", tmp_path / "other/part"
    folder.parent.mkdir()
    _cache(teacher, cased, two, options, folder)
    whole = _bytes(folder)
    (folder / "samples.npy").touch()
    (folder / ".stray").touch()
    _cache(teacher, cased, two, options, folder)
    assert _bytes(folder) == whole
    assert not (folder / ".stray").exists()

    shutil.copytree(tmp_path / "run", tmp_path / "other")
    vectors = np.load(other / "vectors.npy", mmap_mode="r+")
    vectors[:] = 0
    state = json.loads(other.with_suffix(".json").read_text("utf-8"))
    arrays = {"vectors": vectors}
    ends = [(start, min(start + module.PART, len(two))) for start in range(0, len(two), module.PART)]
    starts = np.load(other / "starts.npy")
    state["parts"] = [module._checksum(arrays, 0, *part, starts) for part in ends]
    other.with_suffix(".json").write_text(json.dumps(state), encoding="utf-8")
    _cache(teacher, cased, two, options, other)
    assert _bytes(other) == whole
