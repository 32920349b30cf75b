"""Training curves as CSV: one column for each quantity, the same columns for every student."""

import csv
from pathlib import Path

from tinypt.files import atomic_path
from tinypt.params.students import TERMS
from tinypt.training.loop import Row

COLUMNS = ("step", "tokens", "learning_rate", "loss", *TERMS, "validation_mlm")


def write_curve(rows: list[Row], path: Path) -> None:
    """Write a training curve: terms that the student does not use stay empty, numbers have 6 significant digits."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([_number(row[name]) if name in row else "" for name in COLUMNS])


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"
