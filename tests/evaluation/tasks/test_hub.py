"""Reading a local folder in the hub's layout: a card with configurations, and Parquet with the hub's feature types."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import datasets
import pytest

from tinypt.evaluation.tasks.hub import read_hub
from tinypt.params.tasks import HubColumns, HubData, HubSplits
from tinypt.runtime.errors import PipelineError

CARD = """---
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
"""
ROWS = {
    "sentence_pair_id": [0, 1, 2],
    "premise": ["Um gato dorme", "Um cão late", "Chove"],
    "hypothesis": ["Um gato", "Um gato late", "Faz sol"],
    "relatedness_score": [4.5, 3.0, 1.0],
    "entailment_judgment": [1, 0, 0],
}


@pytest.fixture
def assin2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., HubData]:
    """Return a function that writes the folder, with some columns changed, and returns parameters to read it."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))

    def write(**changes: list[object]) -> HubData:
        folder = tmp_path / "assin2"
        (folder / "data").mkdir(parents=True)
        (folder / "README.md").write_text(CARD)
        features = datasets.Features(
            {
                "sentence_pair_id": datasets.Value("int64"),
                "premise": datasets.Value("string"),
                "hypothesis": datasets.Value("string"),
                "relatedness_score": datasets.Value("float32"),
                "entailment_judgment": datasets.ClassLabel(names=["NONE", "ENTAILMENT"]),
            }
        )
        table = datasets.Dataset.from_dict(ROWS | changes, features=features)
        for split in ("train", "test"):
            table.to_parquet(folder / f"data/{split}-00000-of-00001.parquet")
        columns = HubColumns("sentence_pair_id", "premise", "hypothesis", "entailment_judgment")
        return HubData("hub", str(folder), "default", None, HubSplits("train", "test"), columns)

    return write


def test_class_labels_are_read_by_name(assin2: Callable[..., HubData]) -> None:
    data = read_hub(assin2(), "pair_classification")
    assert data.train.ids == ["train-0", "train-1", "train-2"]
    assert data.test.ids == ["test-0", "test-1", "test-2"]
    assert data.train.first == ROWS["premise"]
    assert data.train.second == ROWS["hypothesis"]
    assert data.test.labels == ["ENTAILMENT", "NONE", "NONE"]


def test_scores_are_read_as_numbers(assin2: Callable[..., HubData]) -> None:
    source = assin2()
    data = read_hub(replace(source, columns=replace(source.columns, label="relatedness_score")), "pair_regression")
    assert data.train.labels == [4.5, 3.0, 1.0]


def test_single_texts(assin2: Callable[..., HubData]) -> None:
    source = assin2()
    data = read_hub(replace(source, columns=replace(source.columns, text_b=None)), "text_classification")
    assert data.train.second is None


def test_missing_parts_are_named(assin2: Callable[..., HubData]) -> None:
    source = assin2()
    with pytest.raises(PipelineError, match="no column texto; it has sentence_pair_id"):
        read_hub(replace(source, columns=replace(source.columns, text_a="texto")), "pair_classification")
    with pytest.raises(PipelineError, match=r"\(split dev\): cannot be read from the hub"):
        read_hub(replace(source, splits=HubSplits("dev", "test")), "pair_classification")
    with pytest.raises(PipelineError, match="cannot be read from the hub"):
        read_hub(replace(source, configuration="other"), "pair_classification")
    with pytest.raises(PipelineError, match="row 0: its label must be a number, is 'Um gato dorme'"):
        read_hub(replace(source, columns=replace(source.columns, label="premise")), "pair_regression")


def test_a_withheld_label_is_named(assin2: Callable[..., HubData]) -> None:
    with pytest.raises(PipelineError, match="row 1: it has no label"):
        read_hub(assin2(entailment_judgment=[1, -1, 0]), "pair_classification")


def test_a_blank_text_is_named(assin2: Callable[..., HubData]) -> None:
    with pytest.raises(PipelineError, match="hypothesis: row 2 is ' ', not a text"):
        read_hub(assin2(hypothesis=["a", "b", " "]), "pair_classification")


def folder_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, content: str | bytes) -> HubData:
    """A folder with the same file for both splits, and the parameters to read it."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    for split in ("train", "test"):
        (folder / f"{split}.{kind}").write_bytes(content if isinstance(content, bytes) else content.encode())
    return HubData("hub", str(folder), None, None, HubSplits("train", "test"), HubColumns(None, "text", None, "label"))


def test_words_for_missing_values_are_texts_and_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\nnull,None\nNA,Entailment\nnada, None \n")
    data = read_hub(source, "text_classification")
    assert data.train.labels == ["None", "Entailment", "None"]
    assert data.train.first == ["null", "NA", "nada"]


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("csv", "text,label\num,a\ndois,\n", "row 1: it has no label"),
        ("csv", "text,label\num,a\ndois,  \n", "row 1: it has no label"),
        ("jsonl", '{"text": "um", "label": 1.0}\n{"text": "dois", "label": NaN}\n', "row 1: it has no label"),
        ("jsonl", '{"text": "um", "label": null}\n{"text": "dois", "label": "a"}\n', "row 0: it has no label"),
        ("jsonl", '{"text": "um", "label": [1]}\n', r"row 0: its label must be a class name, is \[1\]"),
        ("jsonl", '{"text": "um", "label": {"a": 1}}\n', "row 0: its label must be a class name"),
        (
            "csv",
            "text,label\nmaçã,a\n".encode("latin-1"),
            r"test\.csv: byte 0xe7 is not UTF-8; .*maçã.*`iconv -f WINDOWS",
        ),
    ],
)
def test_rows_without_a_label_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(PipelineError, match=message):
        read_hub(folder_of(tmp_path, monkeypatch, kind, content), "text_classification")


def test_truth_values_are_no_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_of(tmp_path, monkeypatch, "jsonl", '{"text": "um", "label": true}\n')
    with pytest.raises(PipelineError, match="row 0: its label must be a number, is True"):
        read_hub(source, "pair_regression")


@pytest.mark.parametrize(("name", "content"), [("README.md", "---\na: [\n---\n"), ("train.csv", "")])
def test_a_broken_card_and_an_empty_file_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    (Path(source.id) / name).write_text(content)
    with pytest.raises(PipelineError, match=r"set \(split train\): cannot be read from the hub: .") as caught:
        read_hub(source, "text_classification")
    assert "\n" not in str(caught.value)
