"""Tokenizing a split shard by shard, on any executor.

Workers tokenize a shard each and leave the pieces in a file of unfinished work. Meanwhile this process cuts the blocks
from these files, in the order of the corpus, since a block may hold the end of one shard and the start of the next. A
killed run resumes after the finished shards; only the cutting, a matter of copying, begins again.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.corpus.shards import list_shards, read_shard
from tinypt.executors import LOCAL, Executor, run
from tinypt.files import is_whole, sealed_path, verify
from tinypt.runtime.progress import Progress
from tinypt.tokens import blocks, pairs
from tinypt.tokens.blocks import BlockCounts, Pieces, cut_blocks
from tinypt.tokens.pairs import PairCounts, Pairs, Side, cut_pairs

_IDS: Any = pa.list_(pa.uint16())
# Positions are kept as differences, and sides have equal numbers of words: small numbers, which compress well.
_PIECES = pa.schema([("documents", pa.int64()), ("ids", _IDS)])
_SIDES: list[Any] = [
    (f"{side}_{name}", kind)
    for side in ("left", "right")
    for name, kind in (("ids", _IDS), ("steps", pa.list_(pa.int32())), ("sizes", pa.list_(pa.int32())))
]
_PAIRS = pa.schema([("documents", pa.int64()), ("words", pa.int64()), ("is_word", pa.list_(pa.bool_())), *_SIDES])
_ZSTD = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=1))

OnShard = Callable[[Path], int]


def write_split(
    documents: Path,
    folder: Path,
    work: Path,
    length: int,
    teacher: PreTrainedTokenizerBase,
    base: PreTrainedTokenizerBase | None = None,
    workers: int = 1,
    executor: Executor = LOCAL,
) -> BlockCounts | PairCounts:
    """Write the blocks of a split. They depend on neither the workers nor the executor.

    Args:
        documents: folder with the split's shards.
        folder: receives the blocks (see `cut_blocks` and `cut_pairs`).
        work: folder for unfinished work. Shards that an earlier run finished there are used.
        length: tokens in a block.
        teacher: the teacher's tokenizer, which alone is used without `base`.
        base: tokenizer to pair with it.
        workers: number of processes.
        executor: runs the processes.

    Raises:
        PipelineError: a vocabulary does not fit 16-bit files, or the text does not fill one block.
    """
    work.mkdir(parents=True, exist_ok=True)
    if base is None:
        on_shard: OnShard = partial(_write_pieces, work=work, tokenizer=teacher)
        records = _tokenized(f"tokenize teacher, {documents.name}", documents, on_shard, work, workers, executor)
        return cut_blocks(map(_pieces, records), teacher, length, folder)
    on_shard = partial(_write_pairs, work=work, student=base, teacher=teacher)
    records = _tokenized(f"tokenize base, {documents.name}", documents, on_shard, work, workers, executor)
    return cut_pairs(map(_pairs, records), base, teacher, length, folder)


def _tokenized(
    label: str, documents: Path, on_shard: OnShard, work: Path, workers: int, executor: Executor
) -> Iterator[pa.RecordBatch]:
    """The tokenized documents of all shards in order; those without a finished file are tokenized on the way."""
    shards = list_shards(documents)
    waiting = {shard for shard in shards if not is_whole(_file_of(work, shard))}
    total = sum(pq.read_metadata(shard).num_rows for shard in waiting)
    progress = Progress(label, "documents", total)
    counts = run(on_shard, [shard for shard in shards if shard in waiting], executor, workers)
    for shard in shards:
        if shard in waiting:
            progress.add(next(counts))
        path = _file_of(work, shard)
        verify(path)
        with pa.memory_map(str(path)) as mapped, pa.ipc.open_file(mapped) as file:
            for index in range(file.num_record_batches):
                yield file.get_batch(index)
    progress.close()


def _file_of(work: Path, shard: Path) -> Path:
    return work / f"{shard.stem}.arrow"


def _texts(shard: Path) -> Iterator[str]:
    for batch in read_shard(shard, ["text"]):
        yield from batch.column("text").to_pylist()


def _write_pieces(shard: Path, work: Path, tokenizer: PreTrainedTokenizerBase) -> int:
    """Tokenize a shard. Returns the number of documents."""
    found = blocks.encode(_texts(shard), tokenizer)
    return _write(_file_of(work, shard), _PIECES, ({"documents": part.documents, "ids": part.ids} for part in found))


def _pieces(record: pa.RecordBatch) -> Pieces:
    return Pieces(record.column("documents")[0].as_py(), _array(record, "ids"))


def _write_pairs(shard: Path, work: Path, student: PreTrainedTokenizerBase, teacher: PreTrainedTokenizerBase) -> int:
    """Tokenize a shard twice and align the words. Returns the number of documents."""
    found = pairs.encode(_texts(shard), student, teacher)
    return _write(_file_of(work, shard), _PAIRS, map(_columns, found))


def _columns(part: Pairs) -> dict[str, Any]:
    columns: dict[str, Any] = {"documents": part.documents, "words": part.words, "is_word": part.is_word}
    for name, side in (("left", part.left), ("right", part.right)):
        columns |= {
            f"{name}_ids": side.ids,
            f"{name}_steps": np.diff(side.starts, prepend=0).astype(np.int32),
            f"{name}_sizes": (side.ends - side.starts[:-1]).astype(np.int32),
        }
    return columns


def _pairs(record: pa.RecordBatch) -> Pairs:
    sides = []
    for name in ("left", "right"):
        starts = np.cumsum(_array(record, f"{name}_steps"), dtype=np.int64)
        sides.append(Side(_array(record, f"{name}_ids"), starts, starts[:-1] + _array(record, f"{name}_sizes")))
    documents, words = (record.column(name)[0].as_py() for name in ("documents", "words"))
    return Pairs(sides[0], sides[1], _array(record, "is_word"), documents, words)


def _write(path: Path, schema: pa.Schema, parts: Iterable[dict[str, Any]]) -> int:
    """Write parts, with a value for each column, as the record batches of a file. Returns the number of documents."""
    documents = 0
    with sealed_path(path) as temporary, pa.ipc.new_file(temporary, schema, options=_ZSTD) as file:
        for part in parts:
            file.write(
                pa.record_batch([pa.array([part[name]], schema.field(name).type) for name in schema.names], schema)
            )
            documents += part["documents"]
    return documents


def _array(record: pa.RecordBatch, name: str) -> NDArray[Any]:
    """The list in the only row of a column."""
    found: NDArray[Any] = record.column(name).flatten().to_numpy(zero_copy_only=False)
    return found
