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
HEADER = re.compile(rb'<doc docid="(.*?)" title="(.*)" uri="(.*)">')


def read_vert(path: Path, counts: Counter[str], skipped: Counter[str]) -> Iterator[Record]:
    """Records of a .vert or .vert.gz file, in order, read as a stream.

    Args:
        path: the file.
        counts: takes the paragraphs, sentences, tokens and glue marks read.
        skipped: takes what could not be used, by reason: malformed_header, empty_text, unfinished_document.

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
    if rest.strip():
        skipped["unfinished_document"] += 1
    if not seen:
        raise PipelineError(f"{path}: holds no </doc>; this is not brWaC's .vert format")


def _document(part: bytes, counts: Counter[str], skipped: Counter[str]) -> Record | None:
    header, _, body = part.lstrip().partition(b"\n")
    match = HEADER.fullmatch(header.rstrip())
    if match is None:
        skipped["malformed_header"] += 1
        return None
    doc_id, title, uri = (value.decode("utf-8", "replace") for value in match.groups())
    text = _text(b"\n" + body + b"\n", counts).decode("utf-8", "replace")
    if not text:
        skipped["empty_text"] += 1
        return None
    return Record(doc_id, title, uri, text)


def _text(body: bytes, counts: Counter[str]) -> bytes:
    """Paragraphs of a document's lines; whole-buffer replacements, several times faster than going line by line."""
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    paragraphs, sentences, glue = (body.count(b"\n<%s>\n" % tag) for tag in (b"p", b"s", b"g/"))
    ends = body.count(b"\n</p>\n") + body.count(b"\n</s>\n")
    lines = body.count(b"\n") - 1
    counts.update(paragraphs=paragraphs, sentences=sentences, glue_marks=glue)
    counts["tokens"] += lines - paragraphs - sentences - glue - ends
    body = body.replace(b"\n<g/>\n</s>\n", b"\n</s>\n").replace(b"\n<s>\n<g/>\n", b"\n<s>\n").replace(b"\n<g/>\n", b"")
    body = body.replace(b"\n<s>\n", b"\n").replace(b"\n</s>\n", b"\n").replace(b"\n<p>\n", b"\n")
    joined = (b" ".join(paragraph.split()) for paragraph in body.split(b"\n</p>\n"))
    return b"\n".join(paragraph for paragraph in joined if paragraph)
