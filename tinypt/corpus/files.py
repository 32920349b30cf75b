"""The `files` source: Parquet, JSON lines and plain text, compressed or not, and web pages."""

import codecs
import glob
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.corpus.encodings import PARQUET, POINTER, START, explain, foreign_form, is_binary, wide_encoding
from tinypt.corpus.html import read_html
from tinypt.corpus.records import LONGEST as LONGEST_TEXT
from tinypt.corpus.records import NAMES, Record, from_mapping
from tinypt.corpus.streams import named_faults, open_bytes
from tinypt.files import list_files
from tinypt.params.corpus import Document
from tinypt.runtime.errors import PipelineError

_BETWEEN = re.compile(r"[\[ \t\r,\x1e\ufeff]*+")  # what may stand before a value on a line
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")  # a lone surrogate cannot be encoded as UTF-8
LONGEST = 256 << 20  # bytes; a longer line or page is skipped, in constant memory
TOO_LONG = b"\n"  # stands for such a line: no other holds a line feed
Row = dict[str, Any] | str  # a string is the reason why a row is unusable
Reader = Callable[[Path, BinaryIO, str, int, Counter[str]], Iterator[Row]]
# Reasons of the form of a file, with the remedy, rather than of its content.
REMEDIES = {
    "binary": "it is no text; take it out of corpus.paths",
    "malformed_json": "it must have one JSON object a line (`jq -c .` or `jq -c '.[]'` converts other JSON)",
    "not_utf8": "convert it to UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8`)",
    "not_text": "correct corpus.text_column",
    "no_text_field": "correct corpus.text_column",
    "malformed_header": 'a document begins with <doc docid="…" title="…" uri="…">',
    "too_long": f"a text has at most {LONGEST_TEXT // 10**6} million characters, a line or page {LONGEST >> 20} MB; "
    "put each document on a line of its own",
}
_DECODER = json.JSONDecoder(strict=False)  # texts may hold unescaped control characters
_FIELDS = 20  # fields named in a message
_SHOWN, _REFUSED = 0.01, 0.5  # shares of a file's rows that may be of the wrong form
log = logging.getLogger(__name__)


def expand(paths: tuple[Path, ...]) -> list[Path]:
    """The files named by paths, folders and globs, in the order given. Files of one folder or glob are sorted.

    A folder, also one matched by a glob, stands for all files of a known kind below it.

    Raises:
        PipelineError: a path matches nothing, or matches a file of an unknown kind.
    """
    return list(expand_by_path(paths))


def expand_by_path(paths: tuple[Path, ...]) -> dict[Path, int]:
    """Like `expand`; each file with the position in `paths` of the first that names it."""
    found: dict[Path, int] = {}
    for position, path in enumerate(paths):
        matches = [path] if path.exists() else [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]
        files = [file for match in matches for file in (_known(match) if match.is_dir() else [match])]
        if not files and path.is_dir():
            raise PipelineError(
                f"{path}: no file of a known kind ({', '.join(READERS)}) in this folder; correct corpus.paths"
            )
        if not files:
            raise PipelineError(f"{path}: no such {_thing(path)}; correct corpus.paths")
        found |= {file: position for file in files if file not in found}
    for file in found:
        _kind(file)
    return found


def unknown_kinds(paths: tuple[Path, ...]) -> Counter[str]:
    """The number of files of each unknown kind in the folders of `paths`: they are not read."""
    matches = [Path(match) for path in paths for match in [str(path), *glob.glob(str(path), recursive=True)]]
    files = {file for folder in matches if folder.is_dir() for file in list_files(folder)}
    return Counter(file.suffix or "no suffix" for file in files if not file.name.endswith(tuple(READERS)))


def _thing(path: Path) -> str:
    """How to call a path that does not exist, by its nearest parent that does."""
    parent = next(parent for parent in path.parents if parent.exists())
    kind = "file" if path.suffix else "folder"
    return f"{kind}; {parent} is the last folder on this path that exists" if parent != path.parent else kind


def read_file(path: Path, text_column: str, skipped: Counter[str], document: Document = "file") -> Iterator[Record]:
    """Records of one file, in order. Unusable rows are counted in `skipped`, by reason.

    A file that is one document is never refused for its form: it is skipped, counted and named in the log.

    Raises:
        PipelineError: the file is of an unknown kind, truncated, without the text column, or it or most of its rows are
            not of its kind.
    """
    with named_faults(path), path.open("rb") as raw:
        yield from read_open(path, raw, path.name, text_column, skipped, Counter(), 0, document)


def read_open(
    path: Path,
    raw: BinaryIO,
    name: str,
    text_column: str,
    skipped: Counter[str],
    counts: Counter[str],
    start: int,
    document: Document = "file",
) -> Iterator[Record]:
    """Like `read_file`, but for the open file `raw`, after its first `start` rows.

    Every row gives one record or one count in `skipped`. A record without an id gets `name` and its row number.
    `counts` gets the number of web pages with bytes that are invalid in their encoding.
    """
    kind, rows, unusable = _kind(path), 0, Counter[str]()
    read = partial(_text, document=document) if READERS[kind] is _text else READERS[kind]
    alone = is_one_document(path, document)
    with named_faults(path):
        first = _start(path)
        form = None if kind == ".parquet" and first.startswith(PARQUET) else foreign_form(first)
        if form and (not alone or form == POINTER):
            wanted = "Parquet" if kind == ".parquet" else "text"
            raise PipelineError(f"{path}: is {form}, not {wanted}; unpack or convert it, or correct its name")
        if form or (kind == ".html" and not wide_encoding(first) and is_binary(first)):
            read = _binary
        for row, content in enumerate(read(path, raw, text_column, start, counts), start):
            record = content if isinstance(content, str) else from_mapping(content, f"{name}-{row}", text_column)
            if isinstance(record, Record):
                yield record
            else:
                skipped[record] += 1
                unusable[record] += 1
                if alone and record in REMEDIES:
                    log.warning("%s: skipped: %s; %s", path, record, _remedy(record, path))
            rows += record != "blank_line"
    if alone:
        return
    if unusable["not_utf8"] > _REFUSED * rows and kind != ".parquet":
        raise PipelineError(f"{path}: {_remedy('not_utf8', path)}")
    check_form(str(path), rows, unusable)


def _start(path: Path) -> bytes:
    """The first bytes of a file's content, decompressed if its name says so."""
    with path.open("rb") as raw, open_bytes(path, raw) as stream:
        return stream.read(START)


def is_one_document(path: Path, document: Document) -> bool:
    """Whether a file is one document, given the parameter for plain text."""
    read = READERS[_kind(path)]
    return read is _html or (read is _text and document == "file")


def check_form(name: str, rows: int, unusable: Counter[str]) -> None:
    """Say which rows of a file were skipped if they are more than a few.

    Args:
        name: the file or data set.
        rows: number of its rows.
        unusable: number of those that were skipped, by reason.

    Raises:
        PipelineError: most rows are not of the form that the file should have.
    """
    wrong = {reason: unusable[reason] for reason in REMEDIES if unusable[reason]}
    if sum(wrong.values()) > _REFUSED * rows:
        reason = max(wrong, key=lambda reason: wrong[reason])
        raise PipelineError(f"{name}: {wrong[reason]:,} of {rows:,} rows are {reason}; {REMEDIES[reason]}")
    if sum(wrong.values()) > _SHOWN * rows or unusable["empty_text"] > _REFUSED * rows:
        listed = ", ".join(f"{reason} {number:,}" for reason, number in sorted(unusable.items()))
        log.warning("%s: of %s rows these were skipped: %s", name, f"{rows:,}", listed)


def _kind(path: Path) -> str:
    for suffix in READERS:
        if path.name.endswith(suffix):
            return suffix
    raise PipelineError(f"{path}: unknown kind of file; known kinds are {', '.join(READERS)}")


def _known(folder: Path) -> list[Path]:
    return [file for file in list_files(folder) if file.name.endswith(tuple(READERS))]


def _parquet(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    file = pq.ParquetFile(raw)
    schema = file.schema_arrow
    if text_column not in schema.names:
        known = ", ".join(schema.names)
        raise PipelineError(f"{path}: no column {text_column}; it has {known}: correct corpus.text_column")
    if schema.names.count(text_column) > 1:
        raise PipelineError(f"{path}: has several columns {text_column}; rename all but one")
    if not _holds_text(schema.field(text_column).type):
        kind = str(schema.field(text_column).type)[:100]
        raise PipelineError(f"{path}: the column {text_column} is {kind}, not text; correct corpus.text_column")
    group = 0
    while group < file.num_row_groups and start >= file.metadata.row_group(group).num_rows:
        start -= file.metadata.row_group(group).num_rows
        group += 1
    columns = [text_column, *_named(schema)]
    for batch in file.iter_batches(batch_size=1024, row_groups=range(group, file.num_row_groups), columns=columns):
        plain = [column.cast(_as_bytes(column.type)) for column in batch.columns]
        yield from pa.RecordBatch.from_arrays(plain, batch.schema.names).slice(start).to_pylist()
        start = max(start - len(batch), 0)


def _as_bytes(type: pa.DataType) -> pa.DataType:
    """The type with bytes in place of strings: what is not UTF-8 then concerns one row only."""
    if pa.types.is_list(type):
        return pa.list_(_as_bytes(type.value_type))
    if pa.types.is_large_list(type):
        return pa.large_list(_as_bytes(type.value_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_as_bytes(field.type)) for field in type])
    if pa.types.is_string_view(type):
        return pa.binary_view()
    return pa.binary() if pa.types.is_string(type) else pa.large_binary() if pa.types.is_large_string(type) else type


def _holds_text(type: pa.DataType) -> bool:
    """Whether a column can hold text in one of the published shapes (see `from_mapping`)."""
    if pa.types.is_dictionary(type) or pa.types.is_list(type) or pa.types.is_large_list(type):
        return _holds_text(type.value_type)
    if pa.types.is_struct(type):
        return type.get_field_index("paragraphs") >= 0 and _holds_text(type.field("paragraphs").type)
    return any(is_kind(type) for is_kind in _TEXT_TYPES)


_TEXT_TYPES = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_null),
)


def _named(schema: pa.Schema) -> list[str]:
    """The columns with ids, titles and addresses. No other is read: a fault in it is none of ours."""
    top = [field.name for field in schema if field.name in NAMES and not _unprintable(field.type)]
    meta = schema.field("meta").type if "meta" in schema.names else pa.null()
    fields = [meta.field(place) for place in range(meta.num_fields)] if pa.types.is_struct(meta) else []
    return top + [f"meta.{field.name}" for field in fields if field.name in NAMES and not _unprintable(field.type)]


def _unprintable(type: pa.DataType) -> bool:
    return bool(pa.types.is_nested(type) or pa.types.is_temporal(type))


def _json(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    fields, found = dict[str, None](), start > 0
    used = {text_column, "meta", *NAMES}
    for row in islice(chain.from_iterable(_json_rows(line, used) for line in _lines(path, raw)), start, None):
        if isinstance(row, dict) and not found:
            fields, found = fields | dict.fromkeys(row), text_column in row
        yield row
    if fields and not found:
        known = ", ".join(list(fields)[:_FIELDS])
        raise PipelineError(
            f"{path}: no record has a field {text_column}; they have {known}: correct corpus.text_column"
        )


def _json_rows(line: bytes, used: set[str]) -> list[Row]:
    """The rows of a line: one object, or several in a row or in an array, which may begin or end on another line.

    `used` are the fields that a record is made from.
    """
    if line == TOO_LONG:
        return ["too_long"]
    if not line.strip():
        return ["blank_line"]
    try:
        content = line.decode("utf-8", "surrogatepass").lstrip("\ufeff")
    except UnicodeDecodeError:
        return ["not_utf8"]
    try:
        values = [_DECODER.decode(content)]
    except ValueError:
        values = _json_values(content)
    except RecursionError:
        values = [None]
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0] or [None]
    if not all(isinstance(value, dict) for value in values):
        return ["malformed_json"]
    if SURROGATE.search(line):
        return [value if _is_encodable(value, used) else "malformed_json" for value in values]
    return values


def _is_encodable(row: dict[str, Any], used: set[str]) -> bool:
    """Whether the used fields have no lone surrogate."""
    try:
        json.dumps([row[name] for name in used & row.keys()], ensure_ascii=False).encode()
    except ValueError:
        return False
    return True


def _json_values(line: str) -> list[Any]:
    """The values of a line that is part of an array, or holds several values; [None] if it is neither."""
    values, place = list[Any](), 0
    ends = line.rstrip("\x00\x1e\ufeff \t\r,]")
    try:
        while (between := _BETWEEN.match(ends, place)) and between.end() < len(ends):
            value, place = _DECODER.raw_decode(ends, between.end())
            values.append(value)
    except (ValueError, RecursionError):
        return [None]
    return values


def _text(
    path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str], document: Document = "file"
) -> Iterator[Row]:
    for lines in islice(_documents(_mac(_lines(path, raw)), document), start, None):
        if TOO_LONG in lines:
            yield "too_long"
            continue
        try:
            text = b"\n".join(map(bytes.rstrip, lines)).decode().strip()
        except UnicodeDecodeError:
            yield "not_utf8"
        else:
            yield {text_column: text} if text or document == "file" else "blank_line"


def _mac(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines; a file without line feeds is split at its carriage returns, if any, as on Macs before OS X."""
    start = list(islice(lines, 2))
    return iter(start[0].split(b"\r")) if len(start) == 1 else chain(start, lines)


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


def _remedy(reason: str, path: Path) -> str:
    """What to do about a form; of text that is not UTF-8, with what the first such line shows."""
    if reason != "not_utf8":
        return REMEDIES[reason]
    with path.open("rb") as raw:  # anew: the unpackers close theirs
        wrong = (explain(line, str(path)) for line in _lines(path, raw))
        return next(filter(None, wrong), REMEDIES["not_utf8"])


def _binary(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    yield from ["binary"][start:]


def _html(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    content = raw.read(LONGEST + 1)
    if len(content) > LONGEST:
        yield from [] if start else ["too_long"]
        return
    title, text, invalid = read_html(content)
    if not start:
        counts.update({"pages_with_invalid_bytes": 1} if invalid else {})
        yield {"title": title, text_column: text}


def _lines(path: Path, raw: BinaryIO) -> Iterator[bytes]:
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


READERS: dict[str, Reader] = {
    ".parquet": _parquet,
    ".jsonl": _json,
    ".jsonl.gz": _json,
    ".jsonl.zst": _json,
    ".txt": _text,
    ".txt.gz": _text,
    ".html": _html,
}
