"""The comparison of encoders at toy size: every kind runs in a process of its own."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig

from bench import candidate, inference

TOY = {"SHAPES": {"MiniLM shape": (1, 16, 2, 32, 400)}, "LENGTHS": (8, 12), "SINGLE": 3, "BATCHES": 1, "STARTS": 1}


class _Encoder:
    """In place of the sentence teacher: vectors that depend on the text alone, 16 wide."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        seeds = [sum(map(ord, text)) for text in texts]
        return np.stack([np.random.default_rng(seed).normal(size=16) for seed in seeds]).astype(np.float32)


def test_texts_have_exactly_the_stated_number_of_pieces(release: Path) -> None:
    tokenizer = Tokenizer.from_file(str(release / "tokenizer.json"))
    for length, texts in inference.texts_of_lengths(tokenizer).items():
        assert {len(tokenizer.encode(text).ids) for text in texts} == {length}
        assert len(texts) == inference.BATCH


def _ship_minilm(place: Path, tokenizer: Path) -> None:
    """A package with the files of the one that ships all-MiniLM-L6-v2: a small encoder, without an MLM head."""
    folder = place / inference.PACKAGE / inference.PACKAGED_FOLDER
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=400, **shape)
    inference.new_bert(config, 0).bert.save_pretrained(folder)
    shutil.copy(tokenizer, folder)
    (place / inference.PACKAGE / "__init__.py").touch()


def test_it_compares_speed_size_and_quality(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (TOY | {"WIDTH": 8}).items():
        monkeypatch.setattr(inference, name, value)
    monkeypatch.setattr(inference, "load_encoder", lambda options: _Encoder())
    monkeypatch.delenv("TINYPT_REAL_DATA", raising=False)
    _ship_minilm(tmp_path, release / "tokenizer.json")
    monkeypatch.syspath_prepend(tmp_path)
    picture = tmp_path / "picture.svg"
    inference.main(["--model", str(release), "--picture", str(picture)])
    shown, errors = capsys.readouterr()
    lines = shown.splitlines()
    found = json.loads(lines[-1])
    names = ["the release", "MiniLM shape", "all-MiniLM-L6-v2", "static, 8 wide", "sentence teacher, USE"]
    assert [(entry["name"], entry["threads"]) for entry in found] == [
        *((name, threads) for name in names[:3] for threads in (1, 2)),
        *((name, 1) for name in names[3:]),
    ]
    files = (release / "onnx/compact.onnx", release / "tokenizer.json")
    assert found[0]["file_mb"] == sum(file.stat().st_size for file in files) / 1e6
    for entry in found:
        assert list(entry["lengths"]) == ["8", "12"]
        for times in entry["lengths"].values():
            assert 0 < times["p50_ms"] <= times["p95_ms"]
            assert times["cpu_ms"] > 0
            assert times["texts_per_s"] > 0
        assert entry["start_cpu_s"] > 0
        assert entry["memory_mb"] > 10
    # Only another model's published score is known, and it is marked; without any the picture leaves a model out.
    assert [line.split("|")[-2].strip() for line in lines[2:10]] == ["–", "–", *["0.785 *"] * 2, *["–"] * 4]
    assert "MiniLM shape" in picture.read_text(encoding="utf-8")
    assert "the release" not in picture.read_text(encoding="utf-8")
    assert "TINYPT_REAL_DATA is not set" in errors


@pytest.mark.parametrize("kind", ["onnx", "static"])
def test_a_vector_does_not_depend_on_other_texts(kind: str, release: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32))
    (tmp_path / "tokenizer.json").write_bytes((release / "tokenizer.json").read_bytes())
    embed = candidate.KINDS[kind](release if kind == "onnx" else tmp_path, 1)
    texts = ["A menina comeu a maçã.", "", "O time perdeu o jogo, mas a torcida cantou."]
    np.testing.assert_allclose(embed(texts), np.concatenate([embed([text]) for text in texts]), atol=1e-5)
