"""Parquet shards: the form the corpus has between stages."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.errors import PipelineError
from tinypt.files import atomic_path

SCHEMA = pa.schema([(name, pa.string()) for name in ("doc_id", "title", "uri", "text")])


def shard_name(index: int) -> str:
    """File name of a shard; sorted names are document order."""
    return f"shard-{index:05d}.parquet"


def list_shards(folder: Path) -> list[Path]:
    """The shards of `folder` in document order.

    Raises:
        PipelineError: the folder is missing or holds none.
    """
    shards = sorted(folder.glob("shard-*.parquet"))
    if not shards:
        raise PipelineError(f"{folder}: no shards here; run the stage that writes them (`dvc repro`)")
    return shards


def write_shard(path: Path, tables: list[pa.Table]) -> None:
    """Write tables as the row groups of one zstd-compressed shard, atomically; equal tables give equal bytes."""
    with (
        atomic_path(path) as temporary,
        pq.ParquetWriter(temporary, tables[0].schema, compression="zstd", use_dictionary=False) as writer,
    ):
        for table in tables:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))


def read_shard(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Record batches of one shard, in order.

    Raises:
        PipelineError: the file is not whole, or lacks a column.
    """
    try:
        file = pq.ParquetFile(path)
        missing = set(columns or []) - set(file.schema_arrow.names)
        if missing:
            raise PipelineError(f"{path}: no column {sorted(missing)[0]}; it has {', '.join(file.schema_arrow.names)}")
        yield from file.iter_batches(batch_size=2048, columns=columns)
    except (pa.ArrowException, OSError) as error:
        line = str(error).strip().split("\n")[0]
        raise PipelineError(f"{path}: cannot be read as Parquet ({line}); fetch or make it again") from None


def read_shards(folder: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Record batches of all shards of `folder`, in document order."""
    for path in list_shards(folder):
        yield from read_shard(path, columns)


def iter_texts(folder: Path) -> Iterator[str]:
    """Texts of all documents of `folder`, in order."""
    for batch in read_shards(folder, ["text"]):
        yield from batch.column("text").to_pylist()
