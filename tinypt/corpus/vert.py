"""The `vert` source: brWaC's official file, one token a line between tags, plain or gzipped.

    <doc docid="netg-1afc73" title="…" uri="…">
    <p>
    <s>
    Pousada
    <g/>          no space before the next token
    ,
    </s>
    </p>
    </doc>

It is not XML: it has no root and leaves & as it is. Differences from the loaders published for it, on
purpose: a title is not cut at a quotation mark inside it, and a <g/> at a sentence's edge does not glue
the sentence to its neighbour.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from isal import igzip

from tinypt.corpus.records import Record
from tinypt.errors import PipelineError

CHUNK = 8 << 20  # bytes read at a time
LONGEST = 256 << 20  # bytes without a </doc> after which it is no .vert file
HEADER = re.compile(rb'<doc docid="(.*?)" title="(.*)" uri="(.*)">')
GLUE_BEFORE_TAG = re.compile(rb"(?<=\n)<g/>\n(?=(?:<g/>|</?[ps]>)\n)")
GLUE_AFTER_TAG = re.compile(rb"(?<=\n)(</?[ps]>\n)<g/>\n")


def read_vert(path: Path, counts: Counter[str], skipped: Counter[str]) -> Iterator[Record]:
    """Records of a .vert or .vert.gz file, in order, read as a stream.

    Args:
        path: the file.
        counts: takes the paragraphs, sentences, tokens and glue marks read, and, where there are any, the
            documents with bytes that are not UTF-8, which become U+FFFD.
        skipped: takes what could not be used, by reason: malformed_header, empty_text, unfinished_document,
            outside_document (a stretch of lines between documents).

    Raises:
        PipelineError: the file is missing, cut short within its compression, or holds no document.
    """
    try:
        with cast(BinaryIO, igzip.open(path) if path.suffix == ".gz" else path.open("rb")) as stream:
            yield from _documents(stream, path, counts, skipped)
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; correct corpus.path") from None
    except (OSError, EOFError, zlib.error) as error:
        raise PipelineError(f"{path}: damaged or cut short ({error}); fetch it again") from None


def _documents(stream: BinaryIO, path: Path, counts: Counter[str], skipped: Counter[str]) -> Iterator[Record]:
    rest, seen = b"", False
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n</doc>")
        for part in whole:
            seen = True
            record = _document(part, counts, skipped)
            if record is not None:
                yield record
        if len(rest) > LONGEST:
            raise PipelineError(f"{path}: {LONGEST >> 20} MB without a </doc>; this is not brWaC's .vert format")
    if rest.strip():
        skipped[_leftover(rest)] += 1
    if not seen:
        raise PipelineError(f"{path}: holds no </doc>; this is not brWaC's .vert format")


def _leftover(lines: bytes) -> str:
    return "unfinished_document" if lines.lstrip().startswith(b"<doc ") else "outside_document"


def _document(part: bytes, counts: Counter[str], skipped: Counter[str]) -> Record | None:
    before, _, part = (b"\n" + part).rpartition(b"\n<doc ")
    if before.strip():
        skipped[_leftover(before)] += 1
    header, _, body = part.partition(b"\n")
    match = HEADER.fullmatch(b"<doc " + header.rstrip())
    if match is None:
        skipped["malformed_header"] += 1
        return None
    doc_id, title, uri = (value.decode("utf-8", "replace") for value in match.groups())
    raw = _text(b"\n" + body + b"\n", counts)
    if not raw:
        skipped["empty_text"] += 1
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        counts["documents_not_utf8"] += 1
        text = raw.decode("utf-8", "replace")
    return Record(doc_id, title, uri, text)


def _text(body: bytes, counts: Counter[str]) -> bytes:
    """Paragraphs of a document's lines; whole-buffer replacements, several times faster than going line by line.

    A tag is matched with the line feed before it and not the one after it, which it may share with the next tag.
    """
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    paragraphs, sentences, glue = (body.count(b"\n<%s>" % tag) for tag in (b"p", b"s", b"g/"))
    ends = body.count(b"\n</p>") + body.count(b"\n</s>")
    lines = body.count(b"\n") - 1
    counts.update(paragraphs=paragraphs, sentences=sentences, glue_marks=glue)
    counts["tokens"] += lines - paragraphs - sentences - glue - ends
    if b"\n<g/>\n<" in body or b">\n<g/>\n" in body:
        body = GLUE_AFTER_TAG.sub(rb"\1", GLUE_BEFORE_TAG.sub(b"", body))
    body = body.replace(b"\n<g/>\n", b"")
    for tag in (b"\n<s>", b"\n</s>", b"\n<p>"):
        body = body.replace(tag, b"")
    return b"\n".join(filter(None, map(_line, body.split(b"\n</p>"))))


def _line(paragraph: bytes) -> bytes:
    line = paragraph.strip().replace(b"\n", b" ")
    return b" ".join(line.split()) if b"  " in line or b"\t" in line else line
