from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.training.test_loop import OPTIONS
from tinypt.files import read_json
from tinypt.modeling.load import load_model, save_model
from tinypt.params.models import Architecture, HubModel, PretrainedTeacher, Vocabulary
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.load import load_tokenizer
from tinypt.training.pretraining import make_model

ARCHITECTURE = Architecture(layers=1, hidden=16, heads=2, feed_forward=32, positions=32, initialisation="random")
TRAINING = replace(OPTIONS, batch_size=8)


def test_a_stand_in_is_pretrained_and_leaves_no_work_files(
    tmp_path: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = PretrainedTeacher("pretrain", Vocabulary(None, 200, cased=True), ARCHITECTURE, TRAINING)
    make_model("teacher", options, lambda: texts, 24, seed=1)
    first = Path("models/teacher/model.safetensors").read_bytes()
    metrics = read_json(Path("metrics/teacher/teacher.json"))
    assert metrics["validation_mlm"] < metrics["validation_mlm_start"]
    assert metrics["vocabulary"] == len(load_tokenizer(Path("models/teacher"))) <= 200
    assert metrics["parameters"] == sum(w.numel() for w in load_model(Path("models/teacher")).parameters())
    assert not [path for path in Path(".cache").rglob("*") if path.is_file()]
    make_model("teacher", options, lambda: texts, 24, seed=1)
    assert Path("models/teacher/model.safetensors").read_bytes() == first


def test_a_vocabulary_file_is_used_unchanged(
    tmp_path: Path, texts: list[str], cased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pieces = sorted(cased.get_vocab(), key=cased.get_vocab().get)
    Path("vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    options = PretrainedTeacher("pretrain", Vocabulary(Path("vocab.txt"), 200, cased=True), ARCHITECTURE, TRAINING)
    make_model("teacher", options, lambda: texts, 24, seed=1)
    assert load_tokenizer(Path("models/teacher")).get_vocab() == cased.get_vocab()


def test_a_published_model_is_saved_unchanged_and_not_trained(
    tmp_path: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_model(base, uncased, Path("published"))

    def no_texts() -> list[str]:
        raise AssertionError("a published model needs no text")

    make_model("base", HubModel("hub", "published", None, cased=False), no_texts, 24, seed=1)
    saved = load_model(Path("models/base"))
    assert all(torch.equal(weight, saved.state_dict()[name]) for name, weight in base.state_dict().items())
    assert read_json(Path("metrics/base/base.json"))["vocabulary"] == len(uncased)


def test_blocks_longer_than_the_models_positions_are_refused_at_once(
    tmp_path: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_model(base, uncased, Path("published"))
    with pytest.raises(PipelineError, match=r"published: has positions for 64 pieces, but tokenize\.length is 65"):
        make_model("base", HubModel("hub", "published", None, cased=False), lambda: [], 65, seed=1)
    options = PretrainedTeacher("pretrain", Vocabulary(None, 200, cased=True), ARCHITECTURE, TRAINING)
    with pytest.raises(PipelineError, match=r"params\.yaml: teacher\.architecture: has positions for 32 pieces"):
        make_model("teacher", options, lambda: [], 500, seed=1)
