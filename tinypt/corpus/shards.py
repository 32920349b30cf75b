"""Parquet shards: the format of the corpus between stages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.files import require_all, sealed_path, verify
from tinypt.runtime.errors import PipelineError, environment_fault, first_line

BATCH = 1024  # documents read at once; processing takes several times the memory of their text
SCHEMA = pa.schema([(name, pa.string()) for name in ("doc_id", "title", "uri", "text")])
SAMPLE_SCHEMA = pa.schema([*SCHEMA, ("noise", pa.list_(pa.string())), ("original", pa.string())])


def shard_name(index: int) -> str:
    """File name of a shard. Sorted names give document order."""
    return f"shard-{index:05d}.parquet"


def list_shards(folder: Path) -> list[Path]:
    """The shards of `folder` in document order.

    Raises:
        PipelineError: the folder is missing, has no shards, or lacks one that its stage wrote.
    """
    require_all(folder)
    shards = sorted(folder.glob("shard-*.parquet"))
    if not shards:
        raise PipelineError(f"{folder}: has no shards; run the stage that writes them (`dvc repro`)")
    return shards


@contextmanager
def open_shard(path: Path, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """Yield a function that writes a table as the next row group of a zstd-compressed shard.

    Equal tables give equal bytes. The shard appears at `path` when the block ends, unless it raises, and its checksum
    next to it (see `sealed_path`). Column statistics are switched off: no reader uses the smallest and largest text,
    and computing them takes a third of the time.
    """
    with (
        sealed_path(path) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd", use_dictionary=False, write_statistics=False) as writer,
    ):
        yield lambda table: writer.write_table(table, row_group_size=max(table.num_rows, 1))


def write_shard(path: Path, tables: list[pa.Table]) -> None:
    """Write tables as the row groups of one shard (see `open_shard`)."""
    with open_shard(path, tables[0].schema) as write:
        for table in tables:
            write(table)


def read_shard(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Record batches of one shard, in order.

    Raises:
        PipelineError: the file is damaged, or lacks a column.
    """
    try:
        verify(path)
        file = pq.ParquetFile(path)
        missing = set(columns or []) - set(file.schema_arrow.names)
        if missing:
            raise PipelineError(f"{path}: no column {sorted(missing)[0]}; it has {', '.join(file.schema_arrow.names)}")
        yield from file.iter_batches(batch_size=BATCH, columns=columns)
    except (pa.ArrowException, OSError) as error:
        if environment_fault(error):
            raise
        reason = first_line(error)
        raise PipelineError(f"{path}: cannot be read as Parquet ({reason}); download or build it again") from None


def read_shards(folder: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Record batches of all shards of `folder`, in document order."""
    for path in list_shards(folder):
        yield from read_shard(path, columns)


def iter_texts(folder: Path) -> Iterator[str]:
    """Texts of all documents of `folder`, in order."""
    for batch in read_shards(folder, ["text"]):
        yield from batch.column("text").to_pylist()
