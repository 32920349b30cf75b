import copy
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.distillation.test_sentences import sentence_terms
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Cosine, Layers
from tinypt.modeling.bert import random_bert
from tinypt.modeling.student import make_maps, make_projection
from tinypt.params.models import Architecture
from tinypt.params.students import Init
from tinypt.params.training import Training
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import Masked, SpecialIds, continuation_pieces
from tinypt.training.batches import Batch
from tinypt.training.checkpoint import load_checkpoint
from tinypt.training.loop import Result, train
from tinypt.training.objective import MlmObjective, Objective
from tinypt.training.step import Step

OPTIONS = Training(
    epochs=2.0,
    batch_size=4,
    accumulation=1,
    precision="fp32",
    compile=False,
    learning_rate=1e-2,
    warmup=0.1,
    weight_decay=0.01,
    clip=1.0,
    mask_probability=(0.15, 0.15),
    validation_blocks=8,
)
CPU = torch.device("cpu")


@pytest.fixture
def blocks(tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]) -> Blocks:
    folder = tmp_path / "tokens"
    folder.mkdir()
    write_blocks(texts, cased, 24, folder)
    return open_blocks(folder)


def _model(tokenizer: PreTrainedTokenizerBase) -> BertForMaskedLM:
    return random_bert(
        Architecture(1, 16, 2, 32, 32, "random"),
        tokenizer,
        seed=3,
    )


def _train(
    model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, blocks: Blocks, checkpoint: Path, **changes: Any
) -> Result:
    return _run(MlmObjective(model, SpecialIds.of(tokenizer)), blocks, checkpoint, **changes)


def _run(objective: Objective, blocks: Blocks, checkpoint: Path, **changes: Any) -> Result:
    options = replace(OPTIONS, **changes)
    return train(objective, blocks, options, 7, CPU, checkpoint, "test", checkpoint_seconds=0.0)


def _every_term(
    tokenizer: PreTrainedTokenizerBase, model: BertForMaskedLM, blocks: Blocks, in_batch: bool = True
) -> DistillationObjective:
    """Every term but kl_all and, unless `in_batch`, similarity, which depends on the division into batches."""
    special = SpecialIds.of(tokenizer)
    student, options = _model(tokenizer), Init("teacher", "full", "random", "random", None)
    weights = {"mlm": 2.0, "kl": 5.0, "cosine": 1.0, "hidden": 1.0, "relations": 1.0, "sentence": 1.0}
    weights |= {"similarity": 20.0} if in_batch else {}
    sentences = sentence_terms(tokenizer, 16, len(blocks) - OPTIONS.validation_blocks, in_batch)
    teacher, maps = Teacher(model, special), make_maps(options, 16, model, 2, seed=0)
    cosine = Cosine(make_projection(options, 16, model, seed=0), "token", special)
    layers = Layers(student, teacher, special, [(1, 2), (1, 3)], maps, 8)
    return DistillationObjective(student, special, weights, teacher, 2.0, cosine, layers, sentences)


def _mlm_and_sentences(tokenizer: PreTrainedTokenizerBase, blocks: Blocks) -> DistillationObjective:
    """Without a teacher but the sentence encoder."""
    sentences, special = sentence_terms(tokenizer, 16, len(blocks) - 8), SpecialIds.of(tokenizer)
    weights = {"mlm": 1.0, "sentence": 1.0, "similarity": 20.0}
    return DistillationObjective(_model(tokenizer), special, weights, None, sentences=sentences)


def _bits(model: nn.Module) -> dict[str, bytes]:
    return {name: weight.numpy().tobytes() for name, weight in model.state_dict().items()}


def test_training_learns_and_reports(tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks) -> None:
    result = _train(_model(cased), cased, blocks, tmp_path / "c.pt", epochs=6.0)
    assert result.validation_start == pytest.approx(math.log(len(cased)), rel=0.05)
    assert result.validation_end < 0.8 * result.validation_start
    assert result.steps == round(6.0 * (len(blocks) - 8) / 4)
    assert result.tokens == result.steps * 4 * 24
    assert [row["step"] for row in result.rows][-1] == result.steps
    assert all(row["loss"] == row["mlm"] for row in result.rows)


def test_two_runs_give_the_same_bits(tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks) -> None:
    first, second = _model(cased), _model(cased)
    one = _train(first, cased, blocks, tmp_path / "a.pt")
    two = _train(second, cased, blocks, tmp_path / "b.pt")
    assert one.rows == two.rows
    assert _bits(first) == _bits(second)


@pytest.mark.parametrize("terms", ["mlm", "every"])
def test_a_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(
    tmp_path: Path,
    cased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    blocks: Blocks,
    monkeypatch: pytest.MonkeyPatch,
    terms: str,
) -> None:
    """With every term, the training-only maps are included."""

    def fresh() -> Objective:
        if terms == "every":
            return _every_term(cased, teacher, blocks)
        return MlmObjective(_model(cased), SpecialIds.of(cased))

    whole, start = fresh(), _bits(fresh())
    expected = _run(whole, blocks, tmp_path / "whole.pt")
    trained = [name for name, bits in _bits(whole).items() if bits != start[name]]
    assert {name for name in trained if "maps" in name} == {name for name in start if "maps" in name}
    assert {"loss", *(whole.weights if isinstance(whole, DistillationObjective) else ["mlm"])} < expected.rows[
        -1
    ].keys()

    class Interrupted(Exception):
        pass

    saves = 0

    def save_twice_then_die(*arguments: object) -> None:
        nonlocal saves
        real(*arguments)
        saves += 1
        if saves == 2:
            raise Interrupted

    import tinypt.training.loop as loop

    real = loop.save_checkpoint
    monkeypatch.setattr(loop, "save_checkpoint", save_twice_then_die)
    with pytest.raises(Interrupted):
        _run(fresh(), blocks, tmp_path / "part.pt")
    monkeypatch.setattr(loop, "save_checkpoint", real)
    resumed = fresh()
    result = _run(resumed, blocks, tmp_path / "part.pt")
    assert result.rows == expected.rows
    assert result.validation_start == expected.validation_start
    assert _bits(resumed) == _bits(whole)


def test_accumulated_batches_make_the_step_of_one_batch(
    tmp_path: Path, cased: PreTrainedTokenizerBase, teacher: BertForMaskedLM, blocks: Blocks
) -> None:
    """Also if batches differ in their number of positions: every third block is half padding here.

    Similarity is left out: its pairs are those of a batch.
    """
    ids = blocks.ids.copy()
    ids[::3, 12:] = cased.pad_token_id
    uneven = Blocks(ids, None, None, None)
    one, four = _every_term(cased, teacher, blocks, False), _every_term(cased, teacher, blocks, False)
    expected = _run(one, uneven, tmp_path / "one.pt", batch_size=8, epochs=0.5)
    found = _run(four, uneven, tmp_path / "four.pt", batch_size=2, accumulation=4, epochs=0.5)
    assert found.steps == expected.steps > 2
    assert found.rows[-1] == pytest.approx(expected.rows[-1], rel=1e-4)
    for (name, left), right in zip(one.state_dict().items(), four.state_dict().values(), strict=True):
        torch.testing.assert_close(left, right, rtol=1e-3, atol=1e-4, msg=name)


def test_bf16_learns_as_fp32_does_and_gives_the_same_bits_twice(
    tmp_path: Path, cased: PreTrainedTokenizerBase, teacher: BertForMaskedLM, blocks: Blocks
) -> None:
    exact = _run(_every_term(cased, copy.deepcopy(teacher), blocks), blocks, tmp_path / "exact.pt")
    first, second = _every_term(cased, copy.deepcopy(teacher), blocks), _every_term(cased, teacher, blocks)
    one = _run(first, blocks, tmp_path / "one.pt", precision="bf16")
    two = _run(second, blocks, tmp_path / "two.pt", precision="bf16")
    assert one.rows == two.rows
    assert _bits(first) == _bits(second)
    assert {weight.dtype for weight in first.state_dict().values()} == {torch.float32}
    assert one.rows != exact.rows
    assert one.validation_end == pytest.approx(exact.validation_end, rel=0.02)


def test_the_masked_share_goes_from_the_first_number_to_the_second(
    tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[int] = []
    counts = MlmObjective.counts

    def listen(self: MlmObjective, batch: Batch, masked: Masked) -> dict[str, torch.Tensor]:
        scored.append(len(masked.targets) // len(batch.ids))
        return counts(self, batch, masked)

    monkeypatch.setattr(MlmObjective, "counts", listen)
    _train(_model(cased), cased, blocks, tmp_path / "c.pt", mask_probability=(0.5, 0.25))
    assert (scored[0], scored[-1]) == (12, 6)
    assert scored == sorted(scored, reverse=True)
    assert set(scored) == set(range(6, 13))


def test_training_masks_whole_words_and_validation_pieces(
    tmp_path: Path, uncased: PreTrainedTokenizerBase, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a vocabulary too small to hold the words."""
    write_blocks(texts, uncased, 24, tmp_path)
    blocks = open_blocks(tmp_path)
    seen: list[tuple[Batch, Masked]] = []
    counts = MlmObjective.counts

    def listen(self: MlmObjective, batch: Batch, masked: Masked) -> dict[str, torch.Tensor]:
        seen.append((batch, masked))
        return counts(self, batch, masked)

    monkeypatch.setattr(MlmObjective, "counts", listen)
    words, pieces = (MlmObjective(_model(uncased), SpecialIds.of(uncased)) for _ in range(2))
    words.continuations = continuation_pieces(uncased)
    found, expected = (_run(each, blocks, tmp_path / name, epochs=0.1) for name, each in (("a", words), ("b", pieces)))
    batch, masked = seen[0]
    whole, split = (batch.mask(words.special, 0.15, 7, table).inputs for table in (words.continuations, None))
    assert torch.equal(masked.inputs, whole)
    assert not torch.equal(whole, split)
    assert found.validation_start == expected.validation_start


SCRIPT = """
import sys, torch
from pathlib import Path
from safetensors.torch import save_file
from tests.training.test_loop import _mlm_and_sentences, _run
from tinypt.tokens.arrays import open_blocks
from transformers import AutoTokenizer
blocks = open_blocks(Path(sys.argv[2]))
objective = _mlm_and_sentences(AutoTokenizer.from_pretrained(sys.argv[1]), blocks)
_run(objective, blocks, Path(sys.argv[3]), epochs=1.0)
torch.save(objective.state_dict(), sys.argv[4])
"""


def test_a_run_killed_by_signal_9_resumes(
    tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    cased.save_pretrained(tmp_path / "tokenizer")
    checkpoint = tmp_path / "killed.pt"

    def command(checkpoint: Path, output: str) -> list[str]:
        return [
            sys.executable,
            "-c",
            SCRIPT,
            str(tmp_path / "tokenizer"),
            str(tmp_path / "tokens"),
            str(checkpoint),
            str(tmp_path / output),
        ]

    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command(checkpoint, "killed.out"), env=environment)
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkpoint.exists()
    assert not (tmp_path / "killed.out").exists()
    assert torch.load(checkpoint, weights_only=True)["state"]["step"] > 0
    subprocess.run(command(checkpoint, "resumed.out"), env=environment, check=True)
    monkeypatch.setattr(sys, "argv", command(tmp_path / "whole.pt", "whole.out")[2:])
    exec(SCRIPT, {})  # in this process: importing everything takes seconds
    resumed, whole = (torch.load(tmp_path / name, weights_only=True) for name in ("resumed.out", "whole.out"))
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def test_a_loss_that_is_not_finite_is_reported_in_one_line(
    tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks
) -> None:
    model = _model(cased)
    with torch.no_grad():
        model.get_input_embeddings().weight.fill_(float("nan"))
    with pytest.raises(PipelineError, match=r"the loss is nan at step 1; lower learning_rate, now 0\.01$"):
        _train(model, cased, blocks, tmp_path / "c.pt")
    assert not (tmp_path / "c.pt").exists()


def test_a_run_that_diverges_stops_at_once_and_keeps_the_last_good_checkpoint(
    tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    backward, steps = Step.backward, []

    def diverge(self: Step, batches: list[Batch], done: float) -> dict[str, torch.Tensor]:
        steps.append(done)
        terms = backward(self, batches, done)
        return terms if len(steps) < 25 else terms | {"loss": torch.tensor(math.inf)}

    monkeypatch.setattr(Step, "backward", diverge)
    with pytest.raises(PipelineError, match="the loss is inf at step 25"):
        _train(_model(cased), cased, blocks, tmp_path / "c.pt", epochs=8.0)
    state = load_checkpoint(tmp_path / "c.pt", CPU)
    assert state is not None
    assert 0 < state["step"] < 25
    assert all(math.isfinite(row["loss"]) for row in state["rows"])


def test_the_curve_grows_row_by_row_and_the_line_says_the_loss(
    tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    notes: list[str] = []
    close = Progress.close
    monkeypatch.setattr(Progress, "close", lambda self: (notes.append(self.note), close(self)))
    objective = MlmObjective(_model(cased), SpecialIds.of(cased))
    result = train(
        objective, blocks, OPTIONS, 7, CPU, tmp_path / "c.pt", "test", 0.0, lambda rows: seen.append(len(rows))
    )
    assert seen == list(range(1, len(result.rows) + 1))
    last = result.rows[-1]
    assert notes == [
        f"step {result.steps} of {result.steps}, loss {last['loss']:.4g}, validation {last['validation_mlm']:.4g}"
    ]


def test_too_few_blocks_are_refused(tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks) -> None:
    with pytest.raises(PipelineError, match="give more text"):
        _train(_model(cased), cased, blocks, tmp_path / "c.pt", validation_blocks=len(blocks))


def test_validation_blocks_are_never_trained_on(tmp_path: Path, cased: PreTrainedTokenizerBase, blocks: Blocks) -> None:
    """Other validation blocks change the validation loss, but not one bit of the weights."""
    ids = blocks.ids.copy()
    ids[-8:, 1:-1] = ids[-8:, 1:-1][:, ::-1]
    first, second = _model(cased), _model(cased)
    one = _train(first, cased, blocks, tmp_path / "a.pt")
    two = _train(second, cased, Blocks(ids, None, None, None), tmp_path / "b.pt")
    assert _bits(first) == _bits(second)
    assert one.validation_end != two.validation_end
