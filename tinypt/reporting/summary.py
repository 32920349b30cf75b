"""All scores in one table for other programs, as CSV and JSON, in a stable order; and all training curves in one."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tinypt.files import atomic_path, write_json
from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import BASELINE, Number, Results

COLUMNS = ("model", "measurement", "protocol", "metric", "value")
Row = tuple[str, str, str, str, Number]


def summary_rows(results: Results, comparisons: Comparisons) -> list[Row]:
    """Every number of every evaluate.json, then the gaps and baselines of each task, then the published numbers.

    `protocol` is one of PROTOCOLS for a model's score on a task, and so names the head; `baseline:<name>` for a
    baseline, whose `model` is empty; `published` for the study's numbers; else empty. `metric` is the dotted key in the
    metrics file.
    """
    rows: list[Row] = [(*key, number) for key, number in results.numbers.items() if key.protocol != BASELINE]
    for task in results.tasks():
        for key, gap in comparisons.gaps.items():
            if key.measurement == task:
                bounds = {"": gap.value, "_low": gap.low, "_high": gap.high}
                rows += [
                    (key.model, task, key.protocol, f"{key.metric}{end}", number)
                    for end, number in bounds.items()
                    if number is not None
                ]
        rows += [
            ("", task, f"{BASELINE}:{key.model}", key.metric, number)
            for key, number in results.numbers.items()
            if key.protocol == BASELINE and key.measurement == task
        ]
    for measurement, published in PUBLISHED.items():
        for table, column in published.columns.items():
            where = f"published:{table}" if table else "published"
            rows += [(model, measurement, where, published.metric, number) for model, number in column.items()]
    return rows


def write_summary(results: Results, comparisons: Comparisons, folder: Path) -> None:
    """Write folder/summary.csv, one number a row, and folder/summary.json, the same numbers nested."""
    rows = summary_rows(results, comparisons)
    with atomic_path(folder / "summary.csv") as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*names, f"{number:.6g}" if isinstance(number, float) else number) for *names, number in rows)
    nested: dict[str, Any] = {}
    for *names, number in rows:
        place = nested
        for name in names[:-1]:
            place = place.setdefault(name or "all", {})
        place[names[-1]] = number
    write_json(folder / "summary.json", nested)


def write_curves(curves: Mapping[str, Mapping[str, Sequence[float]]], folder: Path) -> None:
    """Write folder/curves.csv: the held-out loss of every student by step, one point a row, for `dvc plots`."""
    with atomic_path(folder / "curves.csv") as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("student", "step", "validation_mlm"))
        for student, curve in curves.items():
            for step, loss in zip(curve["step"], curve.get("validation_mlm", ()), strict=False):
                if not math.isnan(loss):
                    writer.writerow((student, int(step), f"{loss:.6g}"))
