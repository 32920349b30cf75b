"""Training curves as CSV, one column a quantity, the same columns whatever the set."""

import csv
from pathlib import Path

from tinypt.distillation.loop import Row
from tinypt.files import atomic_path
from tinypt.params.students import TERMS

COLUMNS = ("step", "tokens", "learning_rate", "loss", *TERMS, "validation_mlm")


def write_curve(rows: list[Row], path: Path) -> None:
    """Write the rows of a training; a term the set does not use is left empty, numbers have 6 significant digits."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([_number(row[name]) if name in row else "" for name in COLUMNS])


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"
