"""Texts from a file, and vectors into one, as streams."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tinypt.files import atomic_path
from tinypt.inference.model import Vectors
from tinypt.runtime.errors import PipelineError

JSON_LINES = (".jsonl", ".ndjson")


def read_texts(path: Path) -> Iterator[str]:
    """A text per line of a UTF-8 file, blank lines included, so that vectors keep the line numbers.

    In a file that ends in .jsonl or .ndjson, a line is a JSON string, or an object whose `text` is one.

    Raises:
        PipelineError: the file is missing, empty or not UTF-8, or a line has no text.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file")
    number = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise PipelineError(
                    f"{path}: line {number} is not UTF-8; convert the file, for example: iconv -f latin1 -t utf-8"
                ) from None
            yield _text(text, f"{path}: line {number}") if path.suffix in JSON_LINES else text
    if number == 0:
        raise PipelineError(f"{path}: is empty; write one text per line")


def count_lines(path: Path) -> int:
    """Number of lines of a file; 0 if it cannot be read, which `read_texts` reports."""
    if not path.is_file():
        return 0
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def write_vectors(vectors: Iterable[Vectors], path: Path) -> None:
    """Write vectors, given in chunks [rows, hidden], to a .npy file, atomically, or as a JSON array per line.

    A .npy file states the number of rows first. It is written last, into the room that NumPy leaves for it.

    Raises:
        PipelineError: the name ends in neither .npy nor .jsonl.
    """
    check_output(path)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        rows = width = 0
        for chunk in vectors:
            if path.suffix in JSON_LINES:
                file.writelines(json_lines(chunk))
                continue
            if rows == 0:
                width = chunk.shape[1]
                _header(file, 0, width)
            file.write(np.ascontiguousarray(chunk, dtype="<f4").tobytes())
            rows += len(chunk)
        if path.suffix not in JSON_LINES:
            file.seek(0)
            _header(file, rows, width)


def check_output(path: Path) -> None:
    """Refuse a file name whose ending stands for no format."""
    if path.suffix not in (".npy", *JSON_LINES):
        raise PipelineError(f"{path}: must end in .npy or .jsonl, which says how the vectors are written")


def json_lines(vectors: Vectors) -> Iterator[bytes]:
    """A line per vector: a JSON array with 6 significant digits, which is more than 8-bit weights are worth."""
    for vector in vectors:
        yield ("[" + ", ".join(f"{number:.6g}" for number in vector.tolist()) + "]\n").encode()


def _text(line: str, where: str) -> str:
    try:
        value = json.loads(line)
    except ValueError:
        raise PipelineError(f'{where} is not JSON; write "a text" or {{"text": "a text"}} on each line') from None
    text = value.get("text") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise PipelineError(f'{where} has no text; write "a text" or {{"text": "a text"}} on each line')
    return text


def _header(file: BinaryIO, rows: int, width: int) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (rows, width)})
