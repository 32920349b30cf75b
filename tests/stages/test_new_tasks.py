"""A task that is added only in params.yaml, from its files to its scores."""

import csv
import json
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
import yaml
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from stages import evaluate, tasks
from tests.conftest import seal
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.files import write_json
from tinypt.modeling.load import save_model
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.pieces import PIECES, pieces_of

ROOT = Path(__file__).parents[2]
NOUNS = ["menina", "cozinha", "escola", "paciente", "sertão", "time", "torcida", "café", "tarde", "jornal"]
Rows = list[dict[str, object]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    return tmp_path


def rows(split: str, labels: list[object]) -> Rows:
    """Different comments with the given labels."""
    verb = {"train": "viu", "test": "ouviu"}[split]
    return [
        {"comment": f"A {NOUNS[row % 10]} {verb} o {NOUNS[row // 10]}.", "reply": f"Sim, {verb}. {row}", "level": label}
        for row, label in enumerate(labels)
    ]


def add_task(project: Path, kind: str, train: Rows, test: Rows, **changes: object) -> None:
    """Write the task's files, and the sample's parameters with this task and less training."""
    (project / "files").mkdir(exist_ok=True)
    for split, part in (("train", train), ("test", test)):
        with (project / f"files/{split}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(part[0]))
            writer.writeheader()
            writer.writerows(part)
    columns = {"id": None, "text_a": "comment", "text_b": None if kind[0] == "t" else "reply", "label": "level"}
    splits = {"train": "train", "test": "test"}
    data = {"format": "hub", "id": "files", "configuration": None, "revision": None, "splits": splits}
    params: dict[str, Any] = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    params["tasks"] = {
        "made_up": {"kind": kind, "max_contamination": 0.0, "data": data | {"columns": columns | changes}}
    }
    params["evaluate"] |= {"mlm_blocks": 4, "sentences": 4}
    params["evaluate"]["finetune"] |= {"epochs": 1, "batch_size": 16, "seeds": [1], "heads": ["cls"], "joint": []}
    (project / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def scores(project: Path, model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> Any:
    """Run the stages, and return the scores of a small model on the task."""
    tasks.main()
    save_model(model, tokenizer, project / "models/teacher")
    ids = tokenizer(" ".join(texts), add_special_tokens=False)["input_ids"]
    (project / "data/tokens/test").mkdir(parents=True)
    np.save(project / "data/tokens/test/blocks.npy", np.resize(np.array(ids, dtype=np.uint16), (8, 32)))
    write_json(project / "data/tokens/test" / PIECES, pieces_of(tokenizer))
    documents = [{"doc_id": str(row), "title": "", "uri": "", "text": text} for row, text in enumerate(texts)]
    write_shard(project / "data/split/test" / shard_name(0), [pa.Table.from_pylist(documents, schema=SCHEMA)])
    seal(project / "data/tokens", project / "data/split")
    evaluate.main("teacher", "models/teacher", "data/tokens")
    return json.loads((project / "metrics/teacher/evaluate.json").read_text(encoding="utf-8"))["made_up"]


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("text_classification", ["sim"] * 30 + ["não"] * 3),
        ("pair_classification", [f"nível {row % 7}" for row in range(28)] + ["nível 0"] * 12),
        ("text_classification", [0, 1, 2, 2, 2, 2] * 5),
        ("pair_regression", [row / 7 for row in range(35)]),
    ],
)
def test_from_files_to_scores(
    project: Path,
    kind: str,
    labels: list[object],
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    texts: list[str],
) -> None:
    add_task(project, kind, rows("train", labels), rows("test", labels))
    found = scores(project, teacher, cased, texts)
    metric = "pearson" if kind == "pair_regression" else "f1"
    assert -1 <= found["frozen"][metric] <= 1
    assert -1 <= found["finetune_cls"][f"{metric}_mean"] <= 1
    data = read_tasks(project / "data/tasks")["made_up"]
    assert data.train.ids[:2] == ["train-0", "train-1"]  # row numbers, because the files have no ids
    if kind != "pair_regression":
        assert data.classes == sorted({str(label) for label in labels})
    described = json.loads((project / "metrics/tasks.json").read_text(encoding="utf-8"))["made_up"]
    assert described["contamination"] == {
        "test_rows_in_train": 0,
        "with_the_same_label": 0,
        "test_rows_of_known_texts": 0,
    }


LABELS: list[object] = ["sim", "não"] * 6


@pytest.mark.parametrize(
    ("kind", "train", "test", "changes", "message"),
    [
        ("text_classification", ["sim"] * 12, LABELS, {}, "tasks.made_up: every training row has the label sim; "),
        ("pair_regression", [2.5] * 12, [2.5, 1] * 6, {}, "tasks.made_up: every training row has the label 2.5; "),
        ("text_classification", ["", *LABELS], LABELS, {}, r"files \(split train\), row 0: it has no label"),
        ("pair_regression", [1.5, "", 2.5], [1.5, 2.5], {}, "row 1: its label must be a number, is ''"),
        ("pair_regression", LABELS, LABELS, {}, "row 0: its label must be a number, is 'sim'"),
        ("text_classification", LABELS, ["sim", "talvez"], {}, "a class that no training row has: talvez"),
        ("text_classification", LABELS, LABELS, {"label": "grade"}, "no column grade; it has comment, reply, level"),
        ("text_classification", LABELS, LABELS, {"id": "n"}, "no column n; it has comment, reply, level"),
    ],
)
def test_defects_of_the_data_are_named_in_one_line(
    project: Path, kind: str, train: list[object], test: list[object], changes: dict[str, object], message: str
) -> None:
    add_task(project, kind, rows("train", train), rows("test", test), **changes)
    with pytest.raises(PipelineError, match=message) as error:
        tasks.main()
    assert "\n" not in str(error.value)
    assert not (project / "data/tasks").exists()


def test_a_test_row_in_training_is_refused(project: Path) -> None:
    train, test = rows("train", LABELS), rows("test", LABELS)
    test[3] |= {"comment": str(train[5]["comment"]).upper()}
    add_task(project, "text_classification", train, test)
    with pytest.raises(
        PipelineError, match=r"tasks.made_up.max_contamination: 1 of 12 test rows .* \(the first: test-3 as train-5"
    ):
        tasks.main()


def test_a_development_split_is_refused(project: Path) -> None:
    add_task(project, "text_classification", rows("train", LABELS), rows("test", LABELS))
    text = (project / "params.yaml").read_text(encoding="utf-8")
    for name in ("validation", "dev", "val_matched"):
        (project / "params.yaml").write_text(text.replace("test: test", f"test: {name}"), encoding="utf-8")
        with pytest.raises(PipelineError, match=rf"splits.test: must be the test set; {name} is a development set"):
            tasks.main()
    (project / "params.yaml").write_text(text.replace("test: test", "test: train"), encoding="utf-8")
    with pytest.raises(PipelineError, match=r"splits\.test: must differ from train, is train"):
        tasks.main()
