import json
from collections import Counter
from pathlib import Path
from typing import Any

from tinypt.corpus.files import read_file
from tinypt.corpus.records import Record
from tinypt.params.corpus import Document

ROWS = [{"text": "Um."}, {"text": "Dois, maçã."}, {"text": "Três."}]


def read(path: Path, column: str = "text", document: Document = "line") -> tuple[list[Record], Counter[str]]:
    skipped: Counter[str] = Counter()
    return list(read_file(path, column, skipped, document)), skipped


def lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
