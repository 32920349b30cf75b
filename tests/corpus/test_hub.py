"""The hub source, on a local folder in the hub's layout: a README with configurations, and Parquet files."""

import gzip
import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tinypt.corpus.hub import HubStream
from tinypt.corpus.records import Record
from tinypt.params.corpus import HubCorpus
from tinypt.runtime.errors import PipelineError

CARD = """---
configs:
- config_name: brwac
  data_files:
  - split: train
    path: brwac/train-*.parquet
- config_name: other
  data_files:
  - split: train
    path: other/train-*.parquet
---
"""


@pytest.fixture
def crawlpt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two Parquet files with the columns of eduagarcia/CrawlPT."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "CrawlPT"
    (folder / "brwac").mkdir(parents=True)
    (folder / "other").mkdir()
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    for part in range(2):
        rows = [
            {"id": 3 * part + i, "text": f"Texto {3 * part + i}." if i else "", "meta": {"title": f"T{i}", "uri": "u"}}
            for i in range(3)
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / f"brwac/train-0000{part}-of-00002.parquet")
    pq.write_table(pa.table({"other": ["x"]}), folder / "other/train-00000-of-00001.parquet")
    return folder


def _corpus(
    folder: Path, configuration: str | None = "brwac", column: str = "text", documents: int | None = None
) -> HubCorpus:
    return HubCorpus("hub", str(folder), configuration, None, "train", column, documents)


def _read(corpus: HubCorpus) -> list[Record]:
    return list(HubStream(corpus, Counter()).records())


def test_records_are_read_in_order(crawlpt: Path) -> None:
    skipped: Counter[str] = Counter()
    records = list(HubStream(_corpus(crawlpt), skipped).records())
    assert records == [Record(str(i), f"T{i % 3}", "u", f"Texto {i}.") for i in (1, 2, 4, 5)]
    assert skipped == {"empty_text": 2}


def test_reading_continues_from_any_record(crawlpt: Path) -> None:
    whole = _read(_corpus(crawlpt))
    for taken in range(len(whole) + 1):
        skipped: Counter[str] = Counter()
        first = HubStream(_corpus(crawlpt), skipped)
        records = first.records()
        before = [next(records) for _ in range(taken)]
        position = json.loads(json.dumps(first.position()))  # it goes through a state file
        again = HubStream(_corpus(crawlpt), skipped, position)
        assert before + list(again.records()) == whole, taken
        assert skipped == {"empty_text": 2}
        assert again.position()["row"] == 6


def test_the_first_rows_alone_can_be_read(crawlpt: Path) -> None:
    whole = _read(_corpus(crawlpt))
    assert _read(_corpus(crawlpt, documents=5)) == whole[:3]  # two of the five rows have no text
    stream = HubStream(_corpus(crawlpt, documents=5), Counter())
    assert list(islice(stream.records(), 2)) == whole[:2]
    again = HubStream(_corpus(crawlpt, documents=5), Counter(), stream.position())
    assert list(again.records()) == whole[2:3]
    assert again.read() == 1
    assert _read(_corpus(crawlpt, documents=99)) == whole


def test_finished_data_files_are_not_opened_again(crawlpt: Path) -> None:
    first = HubStream(_corpus(crawlpt), Counter())
    records = first.records()
    for _ in range(3):
        next(records)
    (crawlpt / "brwac/train-00000-of-00002.parquet").write_bytes(b"")
    good = (crawlpt / "brwac/train-00001-of-00002.parquet").read_bytes()
    (crawlpt / "brwac/train-00000-of-00002.parquet").write_bytes(good)  # for the schema; its rows are file 1's
    assert [record.doc_id for record in HubStream(_corpus(crawlpt), Counter(), first.position()).records()] == ["5"]


@pytest.mark.parametrize(
    ("row", "record"),
    [
        ({"doc_id": "a-1", "title": "T", "uri": "u", "text": "Um.\nDois."}, Record("a-1", "T", "u", "Um.\nDois.")),
        ({"id": 7, "text": "Um.", "meta": {"title": "T", "uri": "u"}}, Record("7", "T", "u", "Um.")),
        (
            {"doc_id": "a", "title": "T", "uri": "u", "text": {"paragraphs": [["Um."], [], ["Dois.", "Três."]]}},
            Record("a", "T", "u", "Um.\nDois. Três."),
        ),
        (
            {"doc_id": "a", "title": "T", "uri": "u", "text": [{"paragraphs": ["Um."]}, {"paragraphs": ["Dois."]}]},
            Record("a", "T", "u", "Um.\nDois."),
        ),
        ({"text": "Um.<END>Dois."}, Record("train-0", "", "", "Um.\nDois.")),
    ],
)
@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_every_shape_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any], record: Record, kind: str
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), folder / "train-00000-of-00001.parquet")
    else:
        (folder / "train.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert _read(_corpus(folder, None)) == [record]


def test_a_fault_in_a_column_without_text_is_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    far = pa.array([2**62], pa.timestamp("us"))
    pq.write_table(pa.table({"text": ["Um."], "when": far}), folder / "train-00000-of-00001.parquet")
    assert _read(_corpus(folder, None)) == [Record("train-0", "", "", "Um.")]


def test_rows_that_are_not_text_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    pq.write_table(pa.table({"text": [{"pt": "um", "en": "one"}] * 3}), folder / "train-00000-of-00001.parquet")
    with pytest.raises(PipelineError, match=r"set: 3 of 3 rows are not_text; correct corpus.text_column"):
        _read(_corpus(folder, None))


@pytest.mark.parametrize(("name", "content"), [("README.md", "---\na: [\n---\n"), ("train.parquet", "")])
def test_a_broken_card_and_an_empty_file_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    pq.write_table(pa.table({"text": ["Um."]}), folder / "train.parquet")
    (folder / name).write_text(content)
    with pytest.raises(PipelineError, match=r"set: cannot be read: .") as caught:
        _read(_corpus(folder, None))
    assert "\n" not in str(caught.value)


def test_the_share_read_is_known_if_the_card_gives_the_size(crawlpt: Path) -> None:
    stream = HubStream(_corpus(crawlpt), Counter())
    next(stream.records())
    assert stream.read() is None
    sizes = "dataset_info:\n- config_name: brwac\n  splits:\n  - name: train\n    num_examples: 6\n---\n"
    (crawlpt / "README.md").write_text(CARD.removesuffix("---\n") + sizes, encoding="utf-8")
    stream = HubStream(_corpus(crawlpt), Counter())
    list(stream.records())
    assert stream.read() == 1


def test_mistakes_are_refused_by_name(crawlpt: Path) -> None:
    with pytest.raises(PipelineError, match="no column content"):
        _read(_corpus(crawlpt, column="content"))
    with pytest.raises(PipelineError, match=r"cannot be read.*brwac"):
        _read(_corpus(crawlpt, configuration="nothing"))
    with pytest.raises(PipelineError, match=r"cannot be read.*brwac.*other"):
        _read(_corpus(crawlpt, configuration=None))


def test_text_files_with_paragraph_marks_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "brwac-clean"
    (folder / "data").mkdir(parents=True)
    (folder / "data/brwac-clean-1.txt.gz").write_bytes(gzip.compress("Um.<END>Dois\u2028x.<END>\nOutro.\n".encode()))
    corpus = HubCorpus("hub", str(folder), None, None, "train", "text", None)
    assert [record.text for record in _read(corpus)] == ["Um.\nDois\u2028x.", "Outro."]
    packed = gzip.compress(b"".join(b"%d\n" % (i * 7919) for i in range(50_000)))
    (folder / "data/brwac-clean-1.txt.gz").write_bytes(packed[:-3000])
    with pytest.raises(PipelineError, match="cannot be read"):
        _read(corpus)


def test_a_loading_script_is_refused_with_an_alternative(tmp_path: Path) -> None:
    folder = tmp_path / "brwac"
    folder.mkdir()
    (folder / "brwac.py").write_text("import datasets\n", encoding="utf-8")
    with pytest.raises(PipelineError, match=r"loading script.*CrawlPT"):
        _read(_corpus(folder))


def test_a_csv_files_columns_and_encoding_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` knows the columns of a CSV file only from its rows, and names no file that it cannot read."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "train.csv").write_text("texto,n\num,1\ndois,2\n")
    (folder / "train.csv.dvc").write_text("outs: []\n")
    assert [record.text for record in _read(_corpus(folder, None, "texto"))] == ["um", "dois"]
    with pytest.raises(PipelineError, match="set: no column text; it has texto, n: correct"):
        _read(_corpus(folder, None))
    (folder / "train.csv").write_bytes("texto,n\nmaçã,1\n".encode("latin-1"))
    with pytest.raises(PipelineError, match=r"set/train\.csv: byte 0xe7 is not UTF-8; .*`iconv -f WINDOWS-1252"):
        _read(_corpus(folder, None, "texto"))
