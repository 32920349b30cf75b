"""The hub source on a local folder in the layout of the hub: a README with configurations, Parquet below."""

import gzip
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tinypt.corpus.hub import read_hub
from tinypt.corpus.records import Record
from tinypt.errors import PipelineError
from tinypt.params.corpus import HubCorpus

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
    """Two Parquet files in eduagarcia/CrawlPT's columns."""
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


def _corpus(folder: Path, configuration: str = "brwac", column: str = "text") -> HubCorpus:
    return HubCorpus("hub", str(folder), configuration, None, "train", column)


def test_records_in_order(crawlpt: Path) -> None:
    skipped: Counter[str] = Counter()
    records = list(read_hub(_corpus(crawlpt), 0, skipped))
    assert records == [Record(str(i), f"T{i % 3}", "u", f"Texto {i}.") for i in (1, 2, 4, 5)]
    assert skipped == {"empty_text": 2}


def test_going_on_from_a_row(crawlpt: Path) -> None:
    records = list(read_hub(_corpus(crawlpt), 4, Counter()))
    assert [record.doc_id for record in records] == ["4", "5"]


def test_faults_are_named(crawlpt: Path) -> None:
    with pytest.raises(PipelineError, match="no column content"):
        list(read_hub(_corpus(crawlpt, column="content"), 0, Counter()))
    with pytest.raises(PipelineError, match=r"cannot be read.*brwac"):
        list(read_hub(_corpus(crawlpt, configuration="nothing"), 0, Counter()))


def test_text_files_with_marks_between_paragraphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "brwac-clean"
    (folder / "data").mkdir(parents=True)
    (folder / "data/brwac-clean-1.txt.gz").write_bytes(gzip.compress("Um.<END>Dois\u2028x.<END>\nOutro.\n".encode()))
    corpus = HubCorpus("hub", str(folder), None, None, "train", "text")
    assert [record.text for record in read_hub(corpus, 0, Counter())] == ["Um.\nDois\u2028x.", "Outro."]
    packed = gzip.compress(b"".join(b"%d\n" % (i * 7919) for i in range(50_000)))
    (folder / "data/brwac-clean-1.txt.gz").write_bytes(packed[:-3000])
    with pytest.raises(PipelineError, match="cannot be read"):
        list(read_hub(corpus, 0, Counter()))


def test_a_loading_script_is_refused_with_an_alternative(tmp_path: Path) -> None:
    folder = tmp_path / "brwac"
    folder.mkdir()
    (folder / "brwac.py").write_text("import datasets\n", encoding="utf-8")
    with pytest.raises(PipelineError, match=r"loading script.*CrawlPT"):
        list(read_hub(_corpus(folder), 0, Counter()))
