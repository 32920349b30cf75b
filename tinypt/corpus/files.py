"""The `files` source: Parquet, JSON lines and plain text, compressed or not."""

import glob
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.corpus.records import Record, from_mapping
from tinypt.errors import PipelineError

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # half a character where it stands alone, which no file can hold


def expand(paths: tuple[Path, ...]) -> list[Path]:
    """The files that paths and globs name, in the order given, each glob sorted.

    Raises:
        PipelineError: one of them matches nothing.
    """
    found: list[Path] = []
    for path in paths:
        matches = [str(path)] if path.exists() else sorted(glob.glob(str(path), recursive=True))
        files = [Path(match) for match in matches if Path(match).is_file()]
        if not files:
            raise PipelineError(f"{path}: no such file; correct corpus.paths")
        found += [file for file in files if file not in found]
    return found


def read_file(path: Path, text_column: str, skipped: Counter[str]) -> Iterator[Record]:
    """Records of one file, in order; what cannot be used is counted in `skipped` by reason.

    Raises:
        PipelineError: the file's kind is not known, it is cut short, or it has no text column.
    """
    name = path.name
    kind = next((suffix for suffix in READERS if name.endswith(suffix)), None)
    if kind is None:
        raise PipelineError(f"{path}: unknown kind of file; known are {', '.join(READERS)}")
    try:
        for row, content in enumerate(READERS[kind](path, text_column, skipped)):
            record = from_mapping(content, f"{name}-{row}", text_column)
            if record is None:
                skipped["empty_text"] += 1
            else:
                yield record
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        reason = str(error).strip().split("\n")[0]
        raise PipelineError(f"{path}: damaged or cut short ({reason}); fetch it again") from None


def _parquet(path: Path, text_column: str, skipped: Counter[str]) -> Iterator[dict[str, Any]]:
    file = pq.ParquetFile(path)
    if text_column not in file.schema_arrow.names:
        columns = ", ".join(file.schema_arrow.names)
        raise PipelineError(f"{path}: no column {text_column}; it has {columns}: correct corpus.text_column")
    for batch in file.iter_batches(batch_size=1024):
        yield from batch.to_pylist()


def _json(path: Path, text_column: str, skipped: Counter[str]) -> Iterator[dict[str, Any]]:
    empty, found = True, False
    for line in _lines(path):
        empty = False
        try:
            row = json.loads(line)
            if SURROGATE.search(line):
                json.dumps(row, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            skipped["malformed_json"] += 1
            continue
        found = found or text_column in row
        yield row
    if not (empty or found):
        raise PipelineError(f"{path}: no record has a field {text_column}; correct corpus.text_column")


def _text(path: Path, text_column: str, skipped: Counter[str]) -> Iterator[dict[str, Any]]:
    for line in _lines(path):
        yield {text_column: line.decode("utf-8").strip()}


def _lines(path: Path) -> Iterator[bytes]:
    """Lines, decompressed, that end in a line feed and nothing else: texts hold U+2028 and U+0085."""
    if path.suffix in (".gz", ".zst") and path.stat().st_size == 0:
        raise OSError("not one byte")  # which pyarrow would take for a file of no lines
    with pa.input_stream(str(path), compression="detect") as stream:
        rest = b""
        while chunk := stream.read(1 << 20):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            yield rest


Reader = Callable[[Path, str, Counter[str]], Iterator[dict[str, Any]]]
READERS: dict[str, Reader] = {
    ".parquet": _parquet,
    ".jsonl": _json,
    ".jsonl.gz": _json,
    ".jsonl.zst": _json,
    ".txt": _text,
    ".txt.gz": _text,
}
