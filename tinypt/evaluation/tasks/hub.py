"""Task data from the hub, or from a folder in its layout. Only this module of evaluation needs `datasets`."""

import logging
import math
from typing import Any

import datasets

from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.params.tasks import REGRESSION_KINDS, HubData, Kind
from tinypt.runtime.errors import PipelineError


def read_hub(source: HubData, kind: Kind) -> TaskData:
    """Read the two splits that `source` names, from the hub or its local cache.

    Class labels that are stored as numbers are converted to their names.

    Raises:
        PipelineError: the data set, a split or a column is missing or cannot be read, or a row lacks a text or label.
    """
    train = _read_split(source, kind, "train", source.splits.train)
    return TaskData(train, _read_split(source, kind, "test", source.splits.test))


def _read_split(source: HubData, kind: Kind, split: str, name: str) -> Split:
    where = f"{source.id} (split {name})"
    datasets.disable_progress_bars()
    logging.getLogger("datasets").setLevel(logging.ERROR)
    try:
        table = datasets.load_dataset(source.id, source.configuration, revision=source.revision, split=name)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        message = (str(error) or type(error).__name__).strip().splitlines()[0]
        raise PipelineError(f"{where}: cannot be read from the hub: {message}") from None
    columns = source.columns
    for column in (columns.id, columns.text_a, columns.text_b, columns.label):
        if column is not None and column not in table.column_names:
            raise PipelineError(f"{where}: no column {column}; it has {', '.join(table.column_names)}")
    feature = table.features[columns.label]
    labels = [_label(value, feature, kind, f"{where}, row {row}") for row, value in enumerate(table[columns.label])]
    first = _texts(table[columns.text_a], f"{where}, {columns.text_a}")
    second = None if columns.text_b is None else _texts(table[columns.text_b], f"{where}, {columns.text_b}")
    ids = range(len(table)) if columns.id is None else table[columns.id]
    return Split([f"{split}-{value}" for value in ids], first, second, labels)


def _texts(values: list[Any], where: str) -> list[str]:
    for row, value in enumerate(values):
        if not isinstance(value, str) or not value.strip():
            raise PipelineError(f"{where}: row {row} is {value!r}, not a text")
    return [value.strip() for value in values]


def _label(value: Any, feature: Any, kind: Kind, where: str) -> Any:
    if kind in REGRESSION_KINDS:
        if isinstance(value, int | float) and math.isfinite(value):
            return float(value)
        raise PipelineError(f"{where}: its label must be a number, is {value!r}")
    named = isinstance(feature, datasets.ClassLabel)
    if value is None or (named and value == -1):  # -1 marks labels that the hub withholds
        raise PipelineError(f"{where}: it has no label")
    return feature.int2str(value) if named else str(value)
