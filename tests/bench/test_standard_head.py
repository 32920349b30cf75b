"""The standard recipe: a release is fine-tuned by transformers alone."""

import json
from pathlib import Path

import pytest
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from bench import standard_head
from tests.conftest import seal
from tinypt.evaluation.tasks.table import Split, TaskData, write_task
from tinypt.modeling.load import save_model
from tinypt.runtime.errors import PipelineError

WORDS = ("menina", "cozinha", "escola", "time")


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> Path:
    """A release, and a task of each shape: classes of single texts, and scores of pairs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(standard_head, "RATE", 5e-3)
    monkeypatch.setattr(standard_head, "EPOCHS", 15)
    monkeypatch.setattr(standard_head, "SEEDS", (1, 2))
    save_model(teacher, cased, tmp_path / "release")
    words = [WORDS[row % 4] for row in range(32)]
    others = [word if row % 3 else WORDS[(row + 1) % 4] for row, word in enumerate(words)]
    same = [5.0 if row % 3 else 1.0 for row in range(32)]
    for name, second, labels in (("topic", None, words), ("similarity", others, same)):
        splits = [Split([f"{part}-{row}" for row in range(32)], words, second, labels) for part in ("train", "test")]
        write_task(TaskData(*splits), tmp_path / "data/tasks" / name)
    seal(tmp_path / "data/tasks")
    return tmp_path


def test_every_task_is_learnt_and_the_last_line_repeats_the_table(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    standard_head.main("release")
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])
    assert found["recipe"] == {"rate": 0.005, "epochs": 15, "batch_size": 16, "seeds": [1, 2]}
    assert list(found["tasks"]) == ["similarity", "topic"]
    assert set(found["tasks"]["similarity"]) == {"pearson_mean", "pearson_sd", "mse_mean", "mse_sd"}
    topic = found["tasks"]["topic"]
    assert topic["f1_mean"] > 0.9
    assert f"| topic | f1 | {topic['f1_mean']:.3f} ± {topic['f1_sd']:.3f} |" in lines


def test_a_missing_release_is_named() -> None:
    with pytest.raises(PipelineError, match=r"^nowhere: no release here; run `dvc repro export@<student>`$"):
        standard_head.main("nowhere")
