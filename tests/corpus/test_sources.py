"""Every source, resumed at any of its batches, gives the remaining rows unchanged."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
import zstandard

from tinypt.corpus import sources
from tinypt.corpus.sample import sample_tables
from tinypt.corpus.shards import shard_name, write_shard
from tinypt.corpus.sources import Notes, iter_batches, local_files, origin
from tinypt.params.corpus import Corpus, FilesCorpus, HubCorpus, SampleCorpus, VertCorpus
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError

SAMPLE = Path(__file__).parents[2] / "params/sample.yaml"


def _lines(first: int) -> bytes:
    rows = ({"id": first + i, "text": f"texto {first + i}" if i % 4 else ""} for i in range(20))
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows) + b"[]\n"


@pytest.fixture(params=["sample", "files", "vert", "hub"])
def corpus(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """A corpus of about thirty documents from each source."""
    monkeypatch.setattr(sources, "ROWS", 4)
    monkeypatch.setattr("tinypt.corpus.vert.CHUNK", 300)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    if request.param == "sample":
        sample: SampleCorpus = load("corpus", Corpus, SAMPLE)
        sample = SampleCorpus("sample", 30, sample.noise)
        monkeypatch.setattr(sources, "SAMPLE", tmp_path / "sample")
        for index, table in enumerate(sample_tables(sample, 1)):
            for part, start in enumerate(range(0, 30, 6)):
                write_shard(tmp_path / "sample" / shard_name(5 * index + part), [table.slice(start, 6)])
        return sample
    if request.param == "vert":
        path = tmp_path / "a.vert"
        body = "<p>\n<s>\numa\nfrase\n</s>\n</p>\n</doc>\n"
        path.write_text("".join(f'<doc docid="{i}" title="" uri="">\n{body}stray\n' for i in range(30)))
        return VertCorpus("vert", path)
    folder = tmp_path / "in"
    (folder / "data").mkdir(parents=True)
    tables = [pa.table({"text": [f"{part}-{i}" if i % 3 else None for i in range(15)]}) for part in range(3)]
    for part, table in enumerate(tables):
        pq.write_table(table, folder / f"data/train-0000{part}-of-00003.parquet", row_group_size=6)
    if request.param == "hub":
        return HubCorpus("hub", str(folder), None, None, "train", "text", None)
    (folder / "a.jsonl").write_bytes(_lines(0))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(_lines(20)))
    (folder / "c.jsonl.zst").write_bytes(zstandard.compress(_lines(40)))
    (folder / "d.txt").write_text("um\n\ndois\n", encoding="utf-8")
    (folder / "e.html").write_text("<p>um", encoding="utf-8")
    (folder / "f.html").write_text("<p>dois", encoding="utf-8")
    return FilesCorpus("files", (folder,), "text", "line")


def test_reading_resumes_at_any_row(corpus: Corpus) -> None:
    notes = Notes()
    batches = list(iter_batches(corpus, notes))
    whole = [row for batch in batches for row in batch.rows.to_pylist()]
    assert len(batches) > 4
    done = 0
    for batch in batches:
        for taken in range(len(batch.rows)):
            resume = json.loads(json.dumps(batch.start | {"rows": batch.start["rows"] + taken}))
            later = Notes()
            rest = [row for b in iter_batches(corpus, later, resume) for row in b.rows.to_pylist()]
            assert rest == whole[done + taken :]
            assert later == notes
        done += len(batch.rows)


def test_the_share_read_grows_to_one(corpus: Corpus) -> None:
    shares = [batch.read for batch in iter_batches(corpus, Notes())]
    if isinstance(corpus, HubCorpus):
        assert set(shares) == {None}  # its card tells no size
    else:
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)


def test_the_manifest_has_no_local_paths(corpus: Corpus, tmp_path: Path) -> None:
    assert str(tmp_path) not in yaml.safe_dump(origin(corpus))
    assert all(path.is_file() for path in local_files(corpus))


def test_relative_and_absolute_paths_can_be_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / f"in/{name}.txt").write_text("um\n", encoding="utf-8")
    (tmp_path / "c.txt").write_text("um\n", encoding="utf-8")
    corpus = FilesCorpus("files", (Path("c.txt"), tmp_path / "in/a.txt", Path("in/b.txt")), "text", "line")
    rows = [row for batch in iter_batches(corpus, Notes()) for row in batch.rows.to_pylist()]
    assert [row["doc_id"] for row in rows] == ["c.txt-0", "in/a.txt-0", "in/b.txt-0"]


def test_each_path_of_files_that_are_documents_is_checked_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Good rows of one path do not hide a folder in another encoding; only its first files are named."""
    folder, lines = tmp_path / "artigos", tmp_path / "a.jsonl"
    folder.mkdir()
    for number in range(15):
        (folder / f"{number:02}.txt").write_bytes(f"maçã {number}".encode("latin-1"))
    lines.write_text('{"text": "um"}\n' * 50)
    corpus = FilesCorpus("files", (folder, lines), "text", "file")
    with pytest.raises(PipelineError, match="artigos: 15 of 15 rows are not_utf8"):
        list(iter_batches(corpus, Notes()))
    assert len([message for message in caplog.messages if "iconv" in message]) == 10
    assert caplog.messages[10] == "further files that are not_utf8 are skipped and counted, but not named"
    for number in range(16):
        (folder / f"bom{number:02}.txt").write_text(f"maçã {number}", encoding="utf-8")
    notes = Notes()
    assert sum(len(batch.rows) for batch in iter_batches(corpus, notes)) == 66
    assert (notes.skipped, notes.documents) == ({"not_utf8": 15}, {"0": 16, "1": 50})
