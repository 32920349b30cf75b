from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tinypt.corpus.shards import SCHEMA, iter_texts, list_shards, open_shard, read_shards
from tinypt.corpus.writer import ShardWriter
from tinypt.runtime.errors import PipelineError


def _write(folder: Path, texts: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    writer = ShardWriter(folder)
    writer.add(pa.RecordBatch.from_pylist(rows, schema=SCHEMA))
    writer.close()


def test_documents_are_written_and_read_in_order(tmp_path: Path) -> None:
    texts = [f"documento {index} " * (index % 5 + 1) for index in range(60)]
    _write(tmp_path / "a", texts)
    assert list(iter_texts(tmp_path / "a")) == texts
    (path,) = list_shards(tmp_path / "a")
    assert pq.ParquetFile(path).metadata.row_group(0).column(3).compression == "ZSTD"


def test_a_shard_appears_when_it_is_finished(tmp_path: Path) -> None:
    table = pa.table({name: ["a", "b"] for name in SCHEMA.names}, SCHEMA)
    shard = tmp_path / "shard-00000.parquet"
    with pytest.raises(ValueError, match="schema"), open_shard(shard, SCHEMA) as write:
        write(table.select(["text"]).rename_columns(["other"]))
    assert not list(tmp_path.iterdir())
    with open_shard(shard, SCHEMA) as write:
        write(table)
        write(table.slice(0, 0))
        write(table)
        assert not shard.exists()
    assert list(iter_texts(tmp_path)) == ["a", "b", "a", "b"]


def test_mistakes_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="has no shards"):
        list_shards(tmp_path)
    _write(tmp_path / "a", ["x"] * 10)
    with pytest.raises(PipelineError, match="no column noise"):
        list(read_shards(tmp_path / "a", ["noise"]))
    path = list_shards(tmp_path / "a")[0]
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(PipelineError, match=r"shard-00000\.parquet: damaged: its checksum"):
        list(iter_texts(tmp_path / "a"))
    (tmp_path / "a/.shard-00000.parquet.xxh3").unlink()
    with pytest.raises(PipelineError, match=r"shard-00000\.parquet: cannot be read"):
        list(iter_texts(tmp_path / "a"))


def test_a_batch_has_only_the_requested_columns(tmp_path: Path) -> None:
    _write(tmp_path / "a", ["x"])
    (batch,) = read_shards(tmp_path / "a", ["text"])
    assert batch.schema == pa.schema([("text", pa.string())])
