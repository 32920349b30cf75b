from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tinypt.corpus.shards import SCHEMA, ShardWriter, iter_texts, list_shards, read_shards
from tinypt.errors import PipelineError


def _write(folder: Path, texts: list[str]) -> ShardWriter:
    folder.mkdir(exist_ok=True)
    writer = ShardWriter(folder, SCHEMA)
    for index, text in enumerate(texts):
        writer.add({"doc_id": str(index), "title": "", "uri": "", "text": text})
    writer.close()
    return writer


def test_round_trip_in_order_over_several_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinypt.corpus.shards.SHARD_BYTES", 400)
    monkeypatch.setattr("tinypt.corpus.shards.GROUP_BYTES", 150)
    texts = [f"documento {index} " * (index % 5 + 1) for index in range(60)]
    writer = _write(tmp_path / "a", texts)
    assert writer.index == len(list_shards(tmp_path / "a")) > 3
    assert list(iter_texts(tmp_path / "a")) == texts
    for path in list_shards(tmp_path / "a"):
        file = pq.ParquetFile(path)
        assert file.metadata.row_group(0).column(3).compression == "ZSTD"
        assert all(file.metadata.row_group(i).total_byte_size < 2000 for i in range(file.num_row_groups))
    _write(tmp_path / "b", texts)
    for ours, theirs in zip(list_shards(tmp_path / "a"), list_shards(tmp_path / "b"), strict=True):
        assert ours.read_bytes() == theirs.read_bytes()


def test_faults_are_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no shards here"):
        list_shards(tmp_path)
    _write(tmp_path / "a", ["x"] * 10)
    with pytest.raises(PipelineError, match="no column noise"):
        list(read_shards(tmp_path / "a", ["noise"]))
    path = list_shards(tmp_path / "a")[0]
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(PipelineError, match=r"shard-00000\.parquet: cannot be read"):
        list(iter_texts(tmp_path / "a"))


def test_a_batch_has_only_the_columns_asked_for(tmp_path: Path) -> None:
    _write(tmp_path / "a", ["x"])
    (batch,) = read_shards(tmp_path / "a", ["text"])
    assert batch.schema == pa.schema([("text", pa.string())])
