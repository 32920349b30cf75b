"""Task tables: labelled texts in one format, independent of their source."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.files import atomic_path, require_all, verify
from tinypt.runtime.errors import PipelineError, environment_fault

SPLITS = ("train", "test")
LARGEST_LABEL = 1e9  # of a regression; errors are squared in single precision


@dataclass(frozen=True)
class Split:
    """Labelled texts, or pairs of texts, of one split.

    ids: unique across the splits of a task.
    first, second: the texts; `second` is None for single texts.
    labels: scores (regression) or class names (classification).
    """

    ids: list[str]
    first: list[str]
    second: list[str] | None
    labels: list[float] | list[str]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.ids)


@dataclass(frozen=True)
class TaskData:
    """The two splits of a task. Development sets are not used."""

    train: Split
    test: Split

    @property
    def is_regression(self) -> bool:
        """Whether labels are scores; otherwise they are classes."""
        return isinstance(self.train.labels[0], float)

    @property
    def classes(self) -> list[str]:
        """Names of the classes in the training split, sorted."""
        return sorted({str(label) for label in self.train.labels})

    def class_indices(self, split: Split) -> list[int]:
        """Labels of `split` as indices into `classes`."""
        index = {name: position for position, name in enumerate(self.classes)}
        return [index[str(label)] for label in split.labels]


def check_task(name: str, data: TaskData) -> None:
    """Refuse a task that cannot be learnt or scored.

    Raises:
        PipelineError: a split has fewer than two rows, an id occurs twice, all training rows have one label, or a
            class of the test split is missing from the training split.
    """
    for split_name, split in zip(SPLITS, (data.train, data.test), strict=True):
        if len(split) < 2:
            raise PipelineError(
                f"tasks.{name}: the {split_name} split has {len(split)} usable rows; at least 2 are needed"
            )
    seen: set[str] = set()
    for id in data.train.ids + data.test.ids:
        if id in seen:
            raise PipelineError(f"tasks.{name}: the id {id} occurs twice; ids must be unique in a split")
        seen.add(id)
    if len(set(data.train.labels)) == 1:
        raise PipelineError(
            f"tasks.{name}: every training row has the label {data.train.labels[0]}; there is nothing to learn"
        )
    if data.is_regression:
        for id, label in zip([*data.train.ids, *data.test.ids], [*data.train.labels, *data.test.labels], strict=True):
            if abs(float(label)) > LARGEST_LABEL:
                raise PipelineError(
                    f"tasks.{name}: the label of row {id} is {label:g}; scale the labels to at most {LARGEST_LABEL:g}"
                )
    else:
        unknown = sorted({str(label) for label in data.test.labels} - set(data.classes))
        if unknown:
            raise PipelineError(f"tasks.{name}: the test split has a class that no training row has: {unknown[0]}")


def describe_task(data: TaskData) -> dict[str, Any]:
    """Number of rows and distribution of labels in each split: `train`, `test`."""
    return {"train": _describe(data.train), "test": _describe(data.test)}


def _describe(split: Split) -> dict[str, Any]:
    if isinstance(split.labels[0], float):
        scores = np.array(split.labels, dtype=np.float64)
        return {"rows": len(split), "label_mean": float(scores.mean()), "label_sd": float(scores.std())}
    return {"rows": len(split), "labels": dict(sorted(Counter(map(str, split.labels)).items()))}


def write_task(data: TaskData, folder: Path) -> None:
    """Write train.parquet and test.parquet with the columns id, text_a, text_b (string), label (double or string)."""
    label_type = pa.float64() if data.is_regression else pa.string()
    for name, split in zip(SPLITS, (data.train, data.test), strict=True):
        second = pa.nulls(len(split), pa.string()) if split.second is None else split.second
        labels = pa.array(split.labels, label_type)
        table = pa.table({"id": split.ids, "text_a": split.first, "text_b": second, "label": labels})
        with atomic_path(folder / f"{name}.parquet") as temporary:
            pq.write_table(table, temporary, compression="zstd")


def read_task(folder: Path) -> TaskData:
    """Read the output of `write_task`.

    Raises:
        PipelineError: a file is missing or is not a task table.
    """
    return TaskData(*(_read_split(folder / f"{name}.parquet") for name in SPLITS))


def read_tasks(folder: Path) -> dict[str, TaskData]:
    """Read all tasks in `folder`, by name, in alphabetical order.

    Raises:
        PipelineError: there are no tasks, or one of them is missing or cannot be read.
    """
    require_all(folder)
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise PipelineError(f"{folder}: no tasks here; run the tasks stage")
    return {name: read_task(folder / name) for name in names}


def _read_split(path: Path) -> Split:
    verify(path)
    try:
        columns = pq.read_table(path, columns=["id", "text_a", "text_b", "label"]).to_pydict()
        single = all(text is None for text in columns["text_b"])
        return Split(columns["id"], columns["text_a"], None if single else columns["text_b"], columns["label"])
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; run the tasks stage") from None
    except (pa.ArrowException, KeyError, OSError) as error:
        if environment_fault(error):
            raise
        raise PipelineError(
            f"{path}: not a task table ({str(error).splitlines()[0]}); run the tasks stage again"
        ) from None
