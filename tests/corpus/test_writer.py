from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinypt.corpus import writer as module
from tinypt.corpus.shards import SCHEMA, iter_texts, list_shards
from tinypt.corpus.writer import ShardWriter

TEXTS = [f"documento {index} " * (index % 5 + 1) for index in range(60)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHARD_BYTES", 400)
    monkeypatch.setattr(module, "GROUP_BYTES", 150)


def _rows(texts: list[str]) -> pa.RecordBatch:
    rows = [{"doc_id": text[:14], "title": "t", "uri": "", "text": text} for text in texts]
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def _write(folder: Path, cuts: list[int]) -> ShardWriter:
    folder.mkdir(parents=True)
    writer = ShardWriter(folder)
    bounds = [0, *sorted(cuts), len(TEXTS)]
    for start, stop in pairwise(bounds):
        writer.add(_rows(TEXTS).slice(start, stop - start))
    writer.close()
    return writer


def _bytes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in list_shards(folder)]


def test_shards_and_row_groups_have_the_given_size(tmp_path: Path) -> None:
    writer = _write(tmp_path / "a", [])
    assert len(writer.entries) == len(list_shards(tmp_path / "a")) > 3
    assert list(iter_texts(tmp_path / "a")) == TEXTS
    for path, entry in zip(list_shards(tmp_path / "a"), writer.entries, strict=True):
        metadata = pq.ParquetFile(path).metadata
        assert all(metadata.row_group(i).total_byte_size < 2000 for i in range(metadata.num_row_groups))
        assert (path.name, metadata.num_rows) == (entry["file"], entry["documents"])


@settings(deadline=None)  # writes files
@given(st.lists(st.integers(0, len(TEXTS)), max_size=8))
def test_shards_do_not_depend_on_batches(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    folder = tmp_path_factory.mktemp("shards")
    whole, cut = _write(folder / "a", []), _write(folder / "b", cuts)
    assert _bytes(folder / "a") == _bytes(folder / "b")
    assert whole.entries == cut.entries


def test_writing_continues_after_finished_shards(tmp_path: Path) -> None:
    _write(tmp_path / "a", [])
    (tmp_path / "b").mkdir()
    killed = ShardWriter(tmp_path / "b")
    written = killed.add(_rows(TEXTS[:40]))
    assert 0 < written < 40
    again = ShardWriter(tmp_path / "b", killed.entries)
    again.add(_rows(TEXTS[written:]))
    again.close()
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
