"""Reads the CSV files of the report: training curves and the cleaning funnel."""

import csv
import math
from pathlib import Path

from tinypt.runtime.errors import PipelineError


def read_columns(path: Path, stage: str, needed: tuple[str, ...]) -> dict[str, list[str]]:
    """A CSV file as column name -> cells.

    Raises:
        PipelineError: the file is missing or is no CSV, lacks a column in `needed`, or has an incomplete row or none.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; run `dvc repro {stage}`, which writes it")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
    except (csv.Error, UnicodeDecodeError) as error:
        raise PipelineError(f"{path}: not a CSV file ({error}); run `dvc repro {stage}` again") from None
    for name in needed:
        if name not in header:
            raise PipelineError(f"{path}: column {name} is missing; run `dvc repro {stage}` again")
    if not rows:
        raise PipelineError(f"{path}: has no rows; run `dvc repro {stage}` again")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise PipelineError(f"{path}: line {number} is incomplete; run `dvc repro {stage}` again")
    return {name: [row[index] for row in rows] for index, name in enumerate(header)}


def read_curve(path: Path, stage: str) -> dict[str, list[float]]:
    """A training curve as column name -> numbers. Empty cells become nan; columns without any number are left out.

    Raises:
        PipelineError: as `read_columns`, or a cell is not a number.
    """
    columns = {}
    for name, cells in read_columns(path, stage, ("step",)).items():
        try:
            numbers = [float(cell) if cell else math.nan for cell in cells]
        except ValueError:
            raise PipelineError(f"{path}: column {name} must hold numbers; run `dvc repro {stage}` again") from None
        if not all(map(math.isnan, numbers)):
            columns[name] = numbers
    return columns
