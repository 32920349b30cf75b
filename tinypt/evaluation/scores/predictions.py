"""Tables of predictions for the test rows. Scores, intervals and comparisons can be recomputed from them alone.

A table holds the `id` and `label` of the test rows in order, and columns of predictions. For a model the columns are
named `frozen`, `finetune_<head>_<seed>` and `task_distillation_<head>_<seed>`; for the baselines, by baseline.
Predictions are scores for regression and class names for classification.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.evaluation.scores.scoring import Labels
from tinypt.evaluation.tasks.table import TaskData
from tinypt.files import atomic_path, verify
from tinypt.runtime.errors import PipelineError

KEYS = ("id", "label")
SEEDED = re.compile(r"(\w+)_(\d+)")


def write_predictions(data: TaskData, columns: Mapping[str, Labels], path: Path) -> None:
    """Write predictions for the test split, [rows] each, by column name."""
    labels = pa.array(data.test.labels, pa.float64() if data.is_regression else pa.string())
    table = {"id": data.test.ids, "label": labels}
    for name, predicted in columns.items():
        table[name] = predicted if data.is_regression else pa.array(np.array(data.classes)[predicted].tolist())
    with atomic_path(path) as temporary:
        pq.write_table(pa.table(table), temporary, compression="zstd")


def read_predictions(data: TaskData, path: Path, stage: str) -> dict[str, Labels]:
    """Read the output of `write_predictions` for the same task. Error messages name the `stage` that writes the file.

    Raises:
        PipelineError: the file is missing or damaged, or was written for other test rows.
    """
    verify(path)
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        raise PipelineError(f"{path}: no table of predictions here; run `dvc repro {stage}`, which writes it") from None
    if table.column_names[:2] != list(KEYS) or table["id"].to_pylist() != data.test.ids:
        raise PipelineError(f"{path}: written for other test rows; run `dvc repro {stage}` again")
    index = {name: position for position, name in enumerate(data.classes)}
    return {
        name: table[name].to_numpy()
        if data.is_regression
        else np.array([index[label] for label in table[name].to_pylist()], dtype=np.int64)
        for name in table.column_names
        if name not in KEYS
    }


def by_protocol(columns: Mapping[str, Labels]) -> dict[str, Labels]:
    """Stack the columns by protocol: protocol -> predictions [training seeds, rows], seeds in column order."""
    found: dict[str, list[Labels]] = {}
    for name, predicted in columns.items():
        match = SEEDED.fullmatch(name)
        found.setdefault(match.group(1) if match else name, []).append(predicted)
    return {protocol: np.stack(rows) for protocol, rows in found.items()}
