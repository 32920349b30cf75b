"""The manifest of the raw shards. It shows whether two copies of the corpus are the same."""

from collections.abc import Iterable, Sequence
from typing import TypedDict

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from tinypt.corpus.shards import SCHEMA

MANIFEST = "manifest.json"


class Entry(TypedDict):
    """A shard: file name, and numbers of documents, words (split at white space) and UTF-8 bytes of text; checksum."""

    file: str
    documents: int
    words: int
    bytes: int
    xxh3_128: str


def describe(name: str, tables: Sequence[pa.Table]) -> Entry:
    """The manifest entry of a shard with these rows."""
    texts = [table.column("text") for table in tables]
    return {
        "file": name,
        "documents": sum(table.num_rows for table in tables),
        "words": sum(len(text.split()) for column in texts for text in column.to_pylist()),
        "bytes": sum(pc.sum(pc.binary_length(column)).as_py() or 0 for column in texts),
        "xxh3_128": checksum(tables),
    }


def checksum(tables: Iterable[pa.Table | pa.RecordBatch]) -> str:
    """XXH3-128 of the values in the four columns. It does not depend on Parquet's encoding or on the tables' sizes."""
    lengths, values = ([xxhash.xxh3_128() for _ in SCHEMA] for _ in range(2))
    for table in tables:
        for index, name in enumerate(SCHEMA.names):
            column = table.column(name)
            for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
                lengths[index].update(pc.binary_length(chunk).fill_null(-1).to_numpy().astype("<i8").tobytes())
                values[index].update(_values(chunk))
    return xxhash.xxh3_128_hexdigest(b"".join(digest.digest() for digest in [*lengths, *values]))


def _values(strings: pa.StringArray) -> memoryview | bytes:
    """The bytes of all strings, concatenated."""
    _, offsets, values = strings.buffers()
    if values is None or not len(strings):
        return b""
    bounds = memoryview(offsets).cast("i")
    return memoryview(values)[bounds[strings.offset] : bounds[strings.offset + len(strings)]]
