"""JSON lines, and the forms of JSON that can be read like them: arrays, and several objects on a line."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from tinypt.corpus.plain_text import TOO_LONG, read_lines
from tinypt.corpus.records import NAMES, Row
from tinypt.runtime.errors import PipelineError

_BETWEEN = re.compile(r"[\[ \t\r,\x1e\ufeff]*+")  # what may stand before a value on a line
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")  # a lone surrogate cannot be encoded as UTF-8
_DECODER = json.JSONDecoder(strict=False)  # texts may hold unescaped control characters
_FIELDS = 20  # fields named in a message


def read_json(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    """Rows of a file from row `start` on.

    Raises:
        PipelineError: no row has a field `text_column`.
    """
    fields, found = dict[str, None](), start > 0
    used = {text_column, "meta", *NAMES}
    for row in islice(chain.from_iterable(_json_rows(line, used) for line in read_lines(path, raw)), start, None):
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
    if _SURROGATE.search(line):
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
