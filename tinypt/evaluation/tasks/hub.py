"""Task data from the hub, or from a folder in its layout. Only this module of evaluation needs `datasets`."""

import logging
import math
import os
import re
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import datasets

from tinypt.corpus.data_set import DataSet
from tinypt.corpus.encodings import explain_folder
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.measures.alphabet import is_unseen
from tinypt.params.tasks import REGRESSION_KINDS, HubData, Kind
from tinypt.runtime.errors import PipelineError, environment_fault
from tinypt.runtime.hub import hub_faults

PART = re.compile(r"-\d{5}-of-\d{5}\.[a-z]+(\.gz)?\Z")  # the end of the names of a split's parts
COMMAS = "; a CSV file has commas between its columns, whose names are its first line"


def read_hub(source: HubData, kind: Kind) -> TaskData:
    """Read the two splits that `source` names, from the hub or its local cache.

    Class labels that are stored as numbers are converted to their names. White space around labels is removed. Words
    such as None and NA in a CSV file are labels and texts like any other.

    Raises:
        PipelineError: the data set, a split or a column is missing or cannot be read, or a row lacks a text or label.
    """
    train = _read_split(source, kind, "train", source.splits.train)
    return TaskData(train, _read_split(source, kind, "test", source.splits.test))


def _read_split(source: HubData, kind: Kind, split: str, name: str) -> Split:
    where, local, files = f"{source.id} (split {name})", Path(source.id).is_dir(), list[str]()
    datasets.disable_progress_bars()
    logging.getLogger("datasets").setLevel(logging.ERROR)
    try:
        # The folder is for what `datasets` prepares; it would not notice that a file has changed since.
        with hub_faults(source.id, source.revision, "dataset"), TemporaryDirectory() as cache:
            data = DataSet(source.id, source.configuration, source.revision, None, Path(cache))
            files = _files(source, data, name)
            table = _load(data, name, files)
    except PipelineError:
        raise
    except Exception as error:  # the libraries raise many kinds
        if environment_fault(error):
            raise
        if local and (wrong := explain_folder(Path(source.id))):
            raise PipelineError(wrong) from None
        place = ", ".join(files) if local and files else where
        hint = COMMAS if place.endswith(".csv") else ""
        raise PipelineError(f"{place}: cannot be read: {_cause(error)}{hint}") from None
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


def _files(source: HubData, data: DataSet, split: str) -> list[str]:
    """The files of a split. `datasets` takes every file whose name begins with the split's, copies of it too.

    Raises:
        PipelineError: there are none; or several in a local folder that are not named as parts, listed in the folder's
            card, or in a folder with the split's name.
    """
    files = data.files.get(split, [])
    if not files:
        raise PipelineError(f"{source.id}: no split {split}; it has {', '.join(data.files)}")
    folder = Path(source.id)
    if len(files) == 1 or not folder.is_dir():
        return files
    card = folder / "README.md"
    listed = card.is_file() and "data_files:" in card.read_text(encoding="utf-8", errors="replace")
    parts = all(PART.search(file) or Path(file).parent.name == split for file in files)
    if not listed and not parts:
        names = ", ".join(os.path.relpath(file, folder.absolute()) for file in files)
        raise PipelineError(
            f"{source.id} (split {split}): {len(files)} files are called {split}: {names}; keep one of them there, or "
            f"name its parts as {split}-00000-of-00002.csv and so on"
        )
    return files


def _load(data: DataSet, split: str, files: list[str]) -> datasets.Dataset:
    """A split in memory."""
    builder = data.open({split: files})
    # By default pandas takes words such as NA, None and null in a CSV file for missing values.
    if hasattr(builder.config, "keep_default_na"):
        builder.config.keep_default_na = False
    builder.download_and_prepare(verification_mode="no_checks")
    if not builder.info.splits[split].num_examples:
        raise ValueError("it has no rows")
    return builder.as_dataset(split=split, in_memory=True)


def _cause(error: BaseException) -> str:
    """One line about the first of a chain of errors: those of datasets say only that there was one."""
    while error.__cause__:
        error = error.__cause__
    message = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _texts(values: list[Any], where: str) -> list[str]:
    for row, value in enumerate(values):
        if not isinstance(value, str) or all(char.isspace() or is_unseen(char) for char in value):
            raise PipelineError(f"{where}: row {row} is {value!r}, not a text")
    return [value.strip() for value in values]


def _number(value: Any) -> float:
    """NaN for anything but a number or its text: a CSV file's numbers are read as texts where one cell is blank."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return math.nan


def _label(value: Any, feature: Any, kind: Kind, where: str) -> Any:
    if kind in REGRESSION_KINDS:
        number = _number(value)
        if math.isfinite(number):
            return number
        raise PipelineError(f"{where}: its label must be a number, is {value!r}")
    if isinstance(feature, datasets.ClassLabel):
        value = None if value in (None, -1) else feature.int2str(value)  # -1 marks labels that the hub withholds
    if value is None or value != value or not str(value).strip():  # NaN is what pandas writes for a missing value
        raise PipelineError(f"{where}: it has no label")
    if not isinstance(value, str | int | float):
        raise PipelineError(f"{where}: its label must be a class name, is {value!r}")
    name = unicodedata.normalize("NFC", "".join(char for char in str(value) if not is_unseen(char))).strip()
    if not name:
        raise PipelineError(f"{where}: it has no label")
    return " ".join(name.split())
