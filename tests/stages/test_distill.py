"""A set with every term and every option of a student, through the stages that make it."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from stages import distill, student
from tinypt.errors import PipelineError
from tinypt.modeling.load import load_tokenizer, save_model
from tinypt.tokens.blocks import write_blocks

MINE: dict[str, Any] = {
    "student": {
        "tokenizer": "teacher",
        "vocabulary": "full",
        "embeddings": "teacher_pca_weighted",
        "encoder": "neighbours",
        "architecture": {"layers": 3, "hidden": 24, "heads": 2, "feed_forward": 40},
    },
    "distill": {
        "losses": {"mlm": 1.0, "kl": 1.0, "cosine": 1.0, "hidden": 1.0, "relations": 1.0},
        "temperature": 2.0,
        "alignment": "token",
        "layers": [[1, 1], [3, 3]],
        "relation_heads": 8,
        "targets": "live",
        "epochs": 1.0,
        "batch_size": 8,
        "accumulation": 1,
        "precision": "fp32",
        "compile": False,
        "learning_rate": 0.01,
        "warmup": 0.1,
        "weight_decay": 0.01,
        "clip": 1.0,
        "mask_probability": [0.15, 0.15],
        "validation_blocks": 8,
    },
}


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    base: BertForMaskedLM,
    uncased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    texts: list[str],
) -> Path:
    """A project folder with models and tokens, and the working directory of the test."""
    monkeypatch.chdir(tmp_path)
    save_model(base, uncased, Path("models/base"))
    save_model(teacher, cased, Path("models/teacher"))
    tokens = Path("data/tokens/teacher/train")
    tokens.mkdir(parents=True)
    write_blocks(texts, cased, 24, tokens)
    return tmp_path


def _write(vocabulary: str = "full", **changes: Any) -> None:
    mine = {"student": MINE["student"] | {"vocabulary": vocabulary}, "distill": MINE["distill"] | changes}
    Path("params.yaml").write_text(yaml.safe_dump({"seed": 3, "experiments": {"mine": mine}}), encoding="utf-8")


def test_every_term_is_logged_and_no_map_is_released(project: Path) -> None:
    _write()
    student.main("mine")
    distill.main("mine")
    final = json.loads(Path("metrics/mine/distill.json").read_text(encoding="utf-8"))["final"]
    assert final.keys() == {"loss", *MINE["distill"]["losses"]}
    assert final["loss"] == pytest.approx(sum(final[term] for term in MINE["distill"]["losses"]), rel=1e-4)
    with Path("metrics/training/mine.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(np.isfinite(float(row[term])) for row in rows for term in MINE["distill"]["losses"])
    assert float(rows[-1]["hidden"]) < float(rows[0]["hidden"])
    before, after = (load_file(Path("models/mine") / part / "model.safetensors") for part in ("student", "distilled"))
    assert before.keys() == after.keys()
    assert not any("map" in name or "projection" in name for name in after)
    assert not torch.equal(
        before["bert.encoder.layer.2.output.dense.weight"], after["bert.encoder.layer.2.output.dense.weight"]
    )


def test_a_trimmed_student_learns_from_the_teachers_blocks(project: Path, cased: PreTrainedTokenizerBase) -> None:
    _write("trimmed")
    student.main("mine")
    distill.main("mine")
    released = load_tokenizer(Path("models/mine/distilled"))
    assert len(released) < len(cased)
    assert len(load_file(Path("models/mine/distilled/model.safetensors"))["cls.predictions.bias"]) == len(released)
    metrics = json.loads(Path("metrics/mine/distill.json").read_text(encoding="utf-8"))
    assert metrics["validation_mlm"] < metrics["validation_mlm_start"]


def test_layers_the_models_have_not_are_refused_before_training(project: Path) -> None:
    _write(layers=[[1, 4]])
    student.main("mine")
    with pytest.raises(PipelineError, match=r"layers: \[1, 4\] names layer 4 of the teacher, which has 3"):
        distill.main("mine")
