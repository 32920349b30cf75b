"""All scores in one table for machines, as CSV and JSON, in a stable order."""

import csv
from pathlib import Path
from typing import Any

from tinypt.files import atomic_path, write_json
from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import PROTOCOLS, Results, flatten

COLUMNS = ("model", "measurement", "protocol", "metric", "value")
Row = tuple[str, str, str, str, float | int]


def summary_rows(results: Results, comparisons: Comparisons) -> list[Row]:
    """Every number of every evaluate.json, the gap each model recovers, the baselines of each task, the published numbers.

    `protocol` is frozen or finetune for tasks, `baseline:<name>` and `published` for what is no measurement of
    ours on a model, else empty; for baselines `model` is empty. `metric` is the dotted key.
    """
    rows: list[Row] = []
    for model, scores in results.models.items():
        for measurement, part in scores.items():
            for key, score in flatten(part).items():
                protocol, _, metric = key.rpartition(".") if key.split(".")[0] in PROTOCOLS else ("", "", key)
                rows.append((model, measurement, protocol, metric, score))
    for task in results.task_names():
        for protocol, gaps in comparisons.gaps.get(task, {}).items():
            for model, gap in gaps.items():
                bounds = {"": gap.value, "_low": gap.low, "_high": gap.high}
                rows += [
                    (model, task, protocol, f"gap_recovered{end}", score)
                    for end, score in bounds.items()
                    if score is not None
                ]
        for name, untrained in results.baselines(task).items():
            rows += [("", task, f"baseline:{name}", metric, score) for metric, score in flatten(untrained).items()]
    for measurement, published in PUBLISHED.items():
        for table, column in published.columns.items():
            where = f"published:{table}" if table else "published"
            rows += [(model, measurement, where, published.metric, score) for model, score in column.items()]
    return rows


def write_summary(results: Results, comparisons: Comparisons, folder: Path) -> None:
    """Write folder/summary.csv, one number a row, and folder/summary.json, the same nested."""
    rows = summary_rows(results, comparisons)
    with atomic_path(folder / "summary.csv") as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*names, f"{score:.6g}" if isinstance(score, float) else score) for *names, score in rows)
    nested: dict[str, Any] = {}
    for *names, score in rows:
        place = nested
        for name in names[:-1]:
            place = place.setdefault(name or "all", {})
        place[names[-1]] = score
    write_json(folder / "summary.json", nested)
