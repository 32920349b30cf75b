"""The `vert` source: brWaC's official file, plain or gzipped. It has one token or one tag per line.

    <doc docid="netg-1afc73" title="…" uri="…">
    <p>
    <s>
    Pousada
    <g/>          no space before the next token
    ,
    </s>
    </p>
    </doc>

The format is not XML: it has no root element, and & is not escaped. Two intended differences from published loaders: a
title is not cut at a quotation mark inside it, and a <g/> at the edge of a sentence does not join two sentences.
"""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tinypt.corpus.batches import Batch
from tinypt.corpus.encodings import western
from tinypt.corpus.files import REMEDIES, check_form
from tinypt.corpus.records import LONGEST as LONGEST_TEXT  # here in bytes
from tinypt.corpus.shards import SCHEMA
from tinypt.corpus.streams import named_faults, open_bytes
from tinypt.corpus.vert_lines import (
    BEFORE,
    FIELDS,
    OUTSIDE,
    PARAGRAPHS,
    TEXT_END,
    UNFINISHED,
    running_text,
)
from tinypt.runtime.errors import PipelineError

CHUNK = 8 << 20  # bytes read at a time
LONGEST = 256 << 20  # bytes without a </doc> after which the file is refused
END = b"\n</doc>"
_DOC, _TITLE, _URI, _END = b'<doc docid="', b'" title="', b'" uri="', b'">'  # the parts of a header
_COLUMNS = 0.5  # tabs per token after which the file is refused
_FOREIGN = 0.5  # share of the first documents that are not UTF-8 after which the file is refused


def read_vert(path: Path, counts: Counter[str], skipped: Counter[str], start: int | None = None) -> Iterator[Batch]:
    """Read the documents of a .vert or .vert.gz file as a stream, in order.

    Args:
        path: the file.
        counts: counts paragraphs, sentences, tokens and glue marks, and any documents with bytes that are not UTF-8.
            Such bytes become U+FFFD.
        skipped: counts unusable parts by reason: malformed_header, empty_text, too_long, unfinished_document,
            outside_document (lines between documents).
        start: position to begin at, from a batch's `start`: an offset in the decompressed file, in bytes.

    Raises:
        PipelineError: the file is missing, its compressed data are truncated, it has no document, it is not UTF-8, it
            has several columns, or most of its documents have no header.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; correct corpus.path")
    if path.suffix.lower() == ".zst":
        raise PipelineError(f"{path}: zstd data cannot be read from a position; unpack it, or pack it with gzip")
    size, before, read = path.stat().st_size, Counter(skipped), 0
    with named_faults(path), path.open("rb") as raw, open_bytes(path, raw) as stream:
        mark = len(BOM_UTF8) if stream.read(len(BOM_UTF8)) == BOM_UTF8 else 0
        position, rest, seen = start or mark, b"", bool(start)
        stream.seek(position)
        while chunk := stream.read(CHUNK):
            buffer = rest + chunk
            end = buffer.rfind(END) + len(END)
            if end >= len(END):
                rows = _documents(buffer, end, counts, skipped)
                foreign = counts["documents_not_utf8"]
                if not seen and buffer.count(b"\t", 0, end) > _COLUMNS * counts["tokens"]:
                    raise PipelineError(f"{path}: has several columns; keep the words alone (`cut -f1`)")
                if not seen:
                    check_form(str(path), len(rows) + skipped.total(), skipped)
                if not seen and foreign > _FOREIGN * len(rows):
                    raise PipelineError(
                        f"{path}: of the first {len(rows)} documents {foreign} are not UTF-8; {REMEDIES['not_utf8']}"
                    )
                if len(rows):
                    yield Batch(rows, position, raw.tell() / size)
                read += len(rows)
                position, buffer, seen = position + end, buffer[end:], True
            rest = buffer
            if len(rest) > LONGEST:
                raise PipelineError(f"{path}: no </doc> in {LONGEST >> 20} MB; this is not brWaC's .vert format")
    if rest.strip():
        skipped["unfinished_document" if rest.lstrip().startswith(b"<doc ") else "outside_document"] += 1
    if not seen:
        raise PipelineError(f"{path}: has no </doc>; this is not brWaC's .vert format")
    unusable = skipped - before
    check_form(str(path), read + unusable.total(), unusable)


def _documents(buffer: bytes, end: int, counts: Counter[str], skipped: Counter[str]) -> pa.RecordBatch:
    documents = np.empty((buffer.count(END, 0, end), len(FIELDS)), np.int64)
    text = np.empty(end, np.uint8)
    found = running_text(np.frombuffer(buffer, np.uint8, end), text, documents)
    documents = documents[:found]
    headers = [_header(buffer[row[0] : row[1]].rstrip()) for row in documents[:, :2].tolist()]
    described = np.array([header is not None for header in headers], bool)
    sizes = np.diff(documents[:, TEXT_END], prepend=0)
    filled, short = sizes > 0, sizes <= LONGEST_TEXT
    keep = described & filled & short
    skipped.update(
        {
            reason: number
            for reason, number in {
                "unfinished_document": int((documents[:, BEFORE] == UNFINISHED).sum()),
                "outside_document": int((documents[:, BEFORE] == OUTSIDE).sum()),
                "malformed_header": int((~described).sum()),
                "empty_text": int((described & ~filled).sum()),
                "too_long": int((described & ~short).sum()),
            }.items()
            if number
        }
    )
    units = documents[described][:, PARAGRAPHS:BEFORE].sum(axis=0).tolist()
    counts.update(dict(zip(FIELDS[PARAGRAPHS:BEFORE], units, strict=True)))
    described_by = [header for header, kept in zip(headers, keep, strict=True) if header and kept]
    columns = [list(map(western, column)) for column in zip(*described_by, strict=True)]
    texts = _strings(text, documents[:, TEXT_END], keep, counts)
    return pa.RecordBatch.from_arrays([*(pa.array(c, pa.string()) for c in columns or [[]] * 3), texts], schema=SCHEMA)


def _header(line: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Id, title and address in the header of a document. A title may hold quotation marks."""
    id, titled, rest = line.removeprefix(_DOC).partition(_TITLE)
    title, addressed, uri = rest.rpartition(_URI)
    whole = line.startswith(_DOC) and titled and addressed and uri.endswith(_END)
    return (id, title, uri.removesuffix(_END)) if whole else None


def _strings(
    text: NDArray[np.uint8], ends: NDArray[np.int64], keep: NDArray[np.bool_], counts: Counter[str]
) -> pa.Array:
    """The texts to keep, cut from the concatenated texts in `text`."""
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    strings = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(text))
    if not keep.all():
        strings = pc.filter(strings, pa.array(keep))
    try:
        strings.validate(full=True)
    except pa.ArrowInvalid:
        raw = strings.cast(pa.binary()).to_pylist()
        fixed = [value.decode("utf-8", "replace") for value in raw]
        counts["documents_not_utf8"] += sum(value != f.encode() for value, f in zip(raw, fixed, strict=True))
        strings = pa.array(fixed, pa.string())
    return strings
