"""Plain text: its lines, in constant memory, and its documents."""

import codecs
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from tinypt.corpus.encodings import wide_encoding
from tinypt.corpus.records import Row
from tinypt.corpus.streams import open_bytes
from tinypt.params.corpus import Document

LONGEST = 256 << 20  # bytes; a longer line or page is skipped, in constant memory
TOO_LONG = b"\n"  # stands for such a line: no other holds a line feed


def read_lines(path: Path, raw: BinaryIO) -> Iterator[bytes]:
    """Decompressed lines in UTF-8, split at line feeds only: texts contain U+2028 and U+0085.

    A file in UTF-16 or UTF-32 is converted. TOO_LONG takes the place of a line of more than LONGEST bytes: a few
    kilobytes of compressed zeros would fill the memory.
    """
    with open_bytes(path, raw) as stream:
        chunk, parts, size = stream.read(1 << 20), list[bytes](), 0
        encoding = wide_encoding(chunk)
        decoder = codecs.getincrementaldecoder(encoding)("surrogatepass") if encoding else None
        chunk = chunk.removeprefix(codecs.BOM_UTF8)
        while chunk:
            if decoder:
                chunk = decoder.decode(chunk).encode("utf-8", "surrogatepass")
            *whole, rest = chunk.split(b"\n")
            if whole:
                whole[0] = TOO_LONG if size > LONGEST else b"".join([*parts, whole[0]])
                yield from whole
                parts, size = [], 0
            parts.append(rest)
            size += len(rest)
            if size > LONGEST:
                parts = []
            chunk = stream.read(1 << 20)
        if decoder:
            decoder.decode(b"", final=True)  # fails if the last character is cut
        if rest := TOO_LONG if size > LONGEST else b"".join(parts):
            yield rest


def read_text(
    path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str], document: Document = "file"
) -> Iterator[Row]:
    """Rows of a file from row `start` on; `document` says what one is."""
    try:
        yield from _texts(path, raw, text_column, start, document)
    except UnicodeDecodeError:  # in UTF-16 or UTF-32, where no later line can be trusted
        if document != "file":
            raise
        yield from ["not_utf8"][start:]


def _texts(path: Path, raw: BinaryIO, text_column: str, start: int, document: Document) -> Iterator[Row]:
    for lines in islice(_documents(_split(read_lines(path, raw)), document), start, None):
        if TOO_LONG in lines:
            yield "too_long"
            continue
        try:
            text = b"\n".join(map(bytes.rstrip, lines)).decode().strip()
        except UnicodeDecodeError:
            yield "not_utf8"
        else:
            yield {text_column: text} if text or document == "file" else "blank_line"


def _split(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines, split at carriage returns as well: Macs before OS X ended lines so, and some files mix both kinds."""
    for line in lines:
        line, start = line.rstrip(b"\r"), 0
        while (end := line.find(b"\r", start)) >= 0:
            yield line[start:end]
            start = end + 1
        yield line[start:]


def _documents(lines: Iterator[bytes], document: Document) -> Iterator[list[bytes]]:
    """The lines of each document of a plain text file."""
    if document == "line":
        yield from ([line] for line in lines)
    elif document == "file":
        yield _bounded(lines)
    else:
        for blank, group in groupby(lines, key=lambda line: not line.strip()):
            if not blank:
                yield _bounded(group)


def _bounded(lines: Iterator[bytes]) -> list[bytes]:
    """All lines, or TOO_LONG alone if they have more than LONGEST bytes."""
    kept, size = list[bytes](), 0
    for line in lines:
        size += len(line)
        if size <= LONGEST:
            kept.append(line)
    return kept if size <= LONGEST else [TOO_LONG]
