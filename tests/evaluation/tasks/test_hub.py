"""Reading a local folder in the hub's layout: a card with configurations, and Parquet with the hub's feature types."""

import re
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
    with pytest.raises(PipelineError, match="no split dev; it has "):
        read_hub(replace(source, splits=HubSplits("dev", "test")), "pair_classification")
    with pytest.raises(PipelineError, match=r"\(split train\): cannot be read: .*other"):
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


@pytest.mark.parametrize("name", ["my [1]", "what?", "all*", "{a,b}", "ç ã", "a%20b", "#1", "~x", "a:b", "!x"])
def test_a_folder_whose_name_is_a_pattern_is_refused_and_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\ndois,b\n")
    folder = Path(source.id).rename(tmp_path / name)
    source = replace(source, id=str(folder))
    if set(name) & set("*?["):
        with pytest.raises(PipelineError, match=r"rename .* takes .* for a pattern"):
            read_hub(source, "text_classification")
    else:
        assert read_hub(source, "text_classification").train.labels == ["a", "b"]


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


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("README.md", "---\na: [\n---\n", r"set \(split train\): cannot be read: ."),
        ("train.csv", "", r"set/train\.csv: cannot be read: EmptyDataError: No columns"),
        ("test.csv", "", r"set/test\.csv: cannot be read: EmptyDataError: No columns"),
        (
            "test.csv",
            "text,label\n",
            r"set/test\.csv: cannot be read: ValueError: it has no rows; a CSV file",
        ),
        ("test.csv", "text;label\num, dois;a\n", r"set \(split test\): no column text; it has text;label"),
        ("test.csv", "text;label\num;a\num, dois;a\n", r"set/test\.csv: cannot be read: .*commas between its columns"),
        ("test.csv", "text,classe\num,a\n", r"set \(split test\): no column label; it has text, classe"),
    ],
)
def test_a_broken_file_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
    content: str,
    message: str,
) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    (Path(source.id) / name).write_text(content)
    with pytest.raises(PipelineError, match=message) as caught:
        read_hub(source, "text_classification")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("other", ["train.csv.bak", "train - copia.csv", "antigo/train.csv", "train_sample.csv"])
def test_a_copy_of_a_splits_file_is_not_read_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    (Path(source.id) / other).parent.mkdir(exist_ok=True)
    (Path(source.id) / other).write_text("text,label\ndois,b\n")
    with pytest.raises(PipelineError, match=rf"set \(split train\): 2 files are called train: .*{re.escape(other)}"):
        read_hub(source, "text_classification")


def test_parts_of_a_split_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    (Path(source.id) / "train.csv").rename(Path(source.id) / "train-00000-of-00002.csv")
    (Path(source.id) / "train-00001-of-00002.csv").write_text("text,label\ndois,b\n")
    assert read_hub(source, "text_classification").train.first == ["um", "dois"]
    (Path(source.id) / "train-00001-of-00002.csv.bak").write_text("text,label\ntres,b\n")
    with pytest.raises(PipelineError, match=r"3 files are called train: .*train-00001-of-00002\.csv\.bak"):
        read_hub(source, "text_classification")


def test_a_splits_folder_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    for split in ("train", "test"):
        (Path(source.id) / split).mkdir()
        (Path(source.id) / f"{split}.csv").rename(Path(source.id) / split / "um.csv")
        (Path(source.id) / split / "dois.csv").write_text("text,label\ndois,b\n")
    assert sorted(read_hub(source, "text_classification").train.first) == ["dois", "um"]


def test_files_that_the_card_lists_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    (Path(source.id) / "train_b.csv").write_text("text,label\ndois,b\n")
    (Path(source.id) / "README.md").write_text(
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: train*.csv\n"
        "  - split: test\n    path: test.csv\n---\n"
    )
    assert read_hub(source, "text_classification").train.first == ["um", "dois"]


def test_files_of_dvc_are_not_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dvc add train.csv` writes train.csv.dvc and .gitignore."""
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,a\n")
    for name in ("train.csv.dvc", "test.csv.dvc"):
        (Path(source.id) / name).write_text("outs:\n- md5: abc\n  path: train.csv\n")
    assert read_hub(source, "text_classification").train.first == ["um"]


def test_splits_need_not_be_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole scores in one split and decimals in the other; another column; a third split that is not asked for."""
    source = folder_of(tmp_path, monkeypatch, "csv", "text,label\num,1\ndois,5\n")
    (Path(source.id) / "test.csv").write_text("text,label,more\num,2.5,x\n")
    (Path(source.id) / "validation.csv").write_text("other\n1\n")
    data = read_hub(source, "pair_regression")
    assert (data.train.labels, data.test.labels) == ([1.0, 5.0], [2.5])


def test_labels_are_alike_in_every_form_of_the_same_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "um,n\u00e3o\ndois,na\u0303o\ntrês,sim\u200b\nquatro,sim\ncinco,muito\u00a0bom\nseis,muito bom\n"
    source = folder_of(tmp_path, monkeypatch, "csv", f"text,label\n{rows}")
    assert read_hub(source, "text_classification").train.labels == [
        "não",
        "não",
        "sim",
        "sim",
        "muito bom",
        "muito bom",
    ]


@pytest.mark.parametrize(
    ("row", "message"), [("um,\u200b", "row 0: it has no label"), ("\u200b\u00ad,a", "text: row 0 is .*, not a text")]
)
def test_invisible_characters_alone_are_no_label_and_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, message: str
) -> None:
    with pytest.raises(PipelineError, match=message):
        read_hub(folder_of(tmp_path, monkeypatch, "csv", f"text,label\n{row}\n"), "text_classification")
