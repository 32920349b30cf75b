"""The `files` source: Parquet, JSON lines and plain text, compressed or not, and web pages."""

import glob
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from tinypt.corpus.html import read_html
from tinypt.corpus.records import Record, from_mapping
from tinypt.corpus.streams import named_faults, open_bytes
from tinypt.files import list_files
from tinypt.runtime.errors import PipelineError

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # a lone surrogate cannot be encoded as UTF-8
Rows = Iterator[dict[str, Any] | None]  # None for an unusable row, which is counted


def expand(paths: tuple[Path, ...]) -> list[Path]:
    """The files named by paths, folders and globs, in the order given. Files of one folder or glob are sorted.

    A folder, also one matched by a glob, stands for all files of a known kind below it.

    Raises:
        PipelineError: a path matches nothing, or matches a file of an unknown kind.
    """
    found: dict[Path, None] = {}
    for path in paths:
        matches = [path] if path.exists() else [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]
        files = [file for match in matches for file in (_known(match) if match.is_dir() else [match])]
        if not files and path.is_dir():
            raise PipelineError(
                f"{path}: no file of a known kind ({', '.join(READERS)}) in this folder; correct corpus.paths"
            )
        if not files:
            raise PipelineError(f"{path}: no such file; correct corpus.paths")
        found |= dict.fromkeys(files)
    for file in found:
        _kind(file)
    return list(found)


def read_file(path: Path, text_column: str, skipped: Counter[str]) -> Iterator[Record]:
    """Records of one file, in order. Unusable rows are counted in `skipped`, by reason.

    Raises:
        PipelineError: the file is of an unknown kind, truncated, or without the text column.
    """
    with named_faults(path), path.open("rb") as raw:
        yield from read_open(path, raw, path.name, text_column, skipped, 0)


def read_open(
    path: Path, raw: BinaryIO, name: str, text_column: str, skipped: Counter[str], start: int
) -> Iterator[Record]:
    """Like `read_file`, but for the open file `raw`, after its first `start` rows.

    Every row gives one record or one count in `skipped`. A record without an id gets `name` and its row number.
    """
    kind = _kind(path)
    with named_faults(path):
        for row, content in enumerate(READERS[kind](path, raw, text_column, start), start):
            record = content and from_mapping(content, f"{name}-{row}", text_column)
            if record:
                yield record
            else:
                skipped["malformed_json" if content is None else "empty_text"] += 1


def _kind(path: Path) -> str:
    for suffix in READERS:
        if path.name.endswith(suffix):
            return suffix
    raise PipelineError(f"{path}: unknown kind of file; known kinds are {', '.join(READERS)}")


def _known(folder: Path) -> list[Path]:
    return [file for file in list_files(folder) if file.name.endswith(tuple(READERS))]


def _parquet(path: Path, raw: BinaryIO, text_column: str, start: int) -> Rows:
    file = pq.ParquetFile(raw)
    if text_column not in file.schema_arrow.names:
        columns = ", ".join(file.schema_arrow.names)
        raise PipelineError(f"{path}: no column {text_column}; it has {columns}: correct corpus.text_column")
    group = 0
    while group < file.num_row_groups and start >= file.metadata.row_group(group).num_rows:
        start -= file.metadata.row_group(group).num_rows
        group += 1
    for batch in file.iter_batches(batch_size=1024, row_groups=range(group, file.num_row_groups)):
        yield from batch.slice(start).to_pylist()
        start = max(start - len(batch), 0)


def _json(path: Path, raw: BinaryIO, text_column: str, start: int) -> Rows:
    found = start > 0
    line = b""
    for line in islice(_lines(path, raw), start, None):
        try:
            row = json.loads(line)
            if SURROGATE.search(line):
                json.dumps(row, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            yield None
            continue
        found = found or text_column in row
        yield row
    if line and not found:
        raise PipelineError(f"{path}: no record has a field {text_column}; correct corpus.text_column")


def _text(path: Path, raw: BinaryIO, text_column: str, start: int) -> Rows:
    for line in islice(_lines(path, raw), start, None):
        yield {text_column: line.decode("utf-8").strip()}


def _html(path: Path, raw: BinaryIO, text_column: str, start: int) -> Rows:
    title, text = read_html(raw.read())
    yield from islice([{"title": title, text_column: text}], start, None)


def _lines(path: Path, raw: BinaryIO) -> Iterator[bytes]:
    """Decompressed lines, split at line feeds only: texts contain U+2028 and U+0085."""
    with open_bytes(path, raw) as stream:
        rest = b""
        while chunk := stream.read(1 << 20):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            yield rest


READERS: dict[str, Callable[[Path, BinaryIO, str, int], Rows]] = {
    ".parquet": _parquet,
    ".jsonl": _json,
    ".jsonl.gz": _json,
    ".jsonl.zst": _json,
    ".txt": _text,
    ".txt.gz": _text,
    ".html": _html,
}
