"""The `files` source: Parquet, JSON lines and plain text, compressed or not, and web pages."""

import glob
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tinypt.corpus import plain_text
from tinypt.corpus.encodings import PARQUET, POINTER, START, explain, foreign_form, is_binary, wide_encoding
from tinypt.corpus.html import read_html
from tinypt.corpus.json_lines import read_json
from tinypt.corpus.parquet import read_parquet
from tinypt.corpus.plain_text import read_lines, read_text
from tinypt.corpus.records import LONGEST as LONGEST_TEXT
from tinypt.corpus.records import Record, Row, from_mapping
from tinypt.corpus.streams import named_faults, open_bytes
from tinypt.files import list_files
from tinypt.params.corpus import Document
from tinypt.runtime.errors import PipelineError

Reader = Callable[[Path, BinaryIO, str, int, Counter[str]], Iterator[Row]]
# Reasons of the form of a file, with the remedy, rather than of its content.
REMEDIES = {
    "binary": "it is no text; take it out of corpus.paths",
    "malformed_json": "it must have one JSON object a line (`jq -c .` or `jq -c '.[]'` converts other JSON)",
    "not_utf8": "convert it to UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8`)",
    "not_text": "correct corpus.text_column",
    "no_text_field": "correct corpus.text_column",
    "malformed_header": 'a document begins with <doc docid="…" title="…" uri="…">',
    "too_long": f"a text has at most {LONGEST_TEXT // 10**6} million characters, a line or page "
    f"{plain_text.LONGEST >> 20} MB; put each document on a line of its own",
}
_NAMED = 10  # files of one document that are skipped for the same reason
_SHOWN, _REFUSED = 0.01, 0.5  # shares of a file's rows that may be of the wrong form
log = logging.getLogger(__name__)


def expand(paths: tuple[Path, ...]) -> list[Path]:
    """The files named by paths, folders and globs, in the order given. Files of one folder or glob are sorted.

    A folder, also one matched by a glob, stands for all files of a known kind below it.

    Raises:
        PipelineError: a path matches nothing, a file of an unknown kind, or a link to nothing.
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
        if not file.exists():
            raise PipelineError(f"{file}: is a link to a file that is not there; fetch it or remove it")
        _kind(file)
    return found


def unknown_kinds(paths: tuple[Path, ...]) -> Counter[str]:
    """The number of files of each unknown kind in the folders of `paths`: they are not read."""
    matches = [Path(match) for path in paths for match in [str(path), *glob.glob(str(path), recursive=True)]]
    files = {file for folder in matches if folder.is_dir() for file in list_files(folder)}
    return Counter(file.suffix or "no suffix" for file in files if not _is_known(file))


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
    read = partial(read_text, document=document) if READERS[kind] is read_text else READERS[kind]
    alone = is_one_document(path, document)
    if alone and not path.stat().st_size:
        skipped["empty_text"] += not start
        return
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
                if alone and record in REMEDIES and skipped[record] <= _NAMED:
                    log.warning("%s: skipped: %s; %s", path, record, _remedy(record, path))
                elif alone and skipped[record] == _NAMED + 1:
                    log.warning("further files that are %s are skipped and counted, but not named", record)
            rows += record != "blank_line"
    if alone:
        return
    if not first:
        log.warning("%s: is empty", path)
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
    return read is _html or (read is read_text and document == "file")


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
        if path.name.lower().endswith(suffix):
            return suffix
    raise PipelineError(f"{path}: unknown kind of file; known kinds are {', '.join(READERS)}")


def _known(folder: Path) -> list[Path]:
    """The files of a known kind below a folder, and all links to nothing: such a link may stand for a folder."""
    return [file for file in list_files(folder, broken_links=True) if _is_known(file) or not file.exists()]


def _is_known(path: Path) -> bool:
    return path.name.lower().endswith(tuple(READERS))


def _remedy(reason: str, path: Path) -> str:
    """What to do about a form; of text that is not UTF-8, with what the first such line shows."""
    if reason != "not_utf8":
        return REMEDIES[reason]
    with path.open("rb") as raw:  # anew: the unpackers close theirs
        wrong = (explain(line, str(path)) for line in read_lines(path, raw))
        try:
            return next(filter(None, wrong), REMEDIES["not_utf8"])
        except UnicodeDecodeError as error:
            return f"it begins as UTF-16 or UTF-32, but is damaged or cut ({error}); save it as UTF-8"


def _binary(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    yield from ["binary"][start:]


def _html(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    content = raw.read(plain_text.LONGEST + 1)
    if len(content) > plain_text.LONGEST:
        yield from [] if start else ["too_long"]
        return
    title, text, invalid = read_html(content)
    if not start:
        counts.update({"pages_with_invalid_bytes": 1} if invalid else {})
        yield {"title": title, text_column: text}


READERS: dict[str, Reader] = {
    ".parquet": read_parquet,
    ".jsonl": read_json,
    ".jsonl.gz": read_json,
    ".jsonl.zst": read_json,
    ".txt": read_text,
    ".txt.gz": read_text,
    ".html": _html,
}
