"""Overlap between a task's test and training splits."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.measures.alphabet import is_unseen
from tinypt.runtime.errors import PipelineError


@dataclass(frozen=True)
class TaskContamination:
    """Test rows that a model has seen in training.

    rows: ids of the test rows whose text, or pair of texts in either order, is also a training row; each with the id of
        the first such training row.
    same_label: number of them whose label is also that of such a training row.
    known_texts: number of test rows whose every text occurs in the training split, in any row.
    """

    rows: list[tuple[str, str]]
    same_label: int
    known_texts: int


def find_contamination(data: TaskData) -> TaskContamination:
    """Compare the two splits. Case, white space, normal form and invisible characters of the texts are ignored."""
    training_rows: dict[frozenset[str], list[int]] = defaultdict(list)
    for row, key in enumerate(_keys(data.train)):
        training_rows[key].append(row)
    texts = {text for key in training_rows for text in key}
    rows, same_label, known_texts = [], 0, 0
    for row, key in enumerate(_keys(data.test)):
        known_texts += key <= texts
        if found := training_rows.get(key):
            rows.append((data.test.ids[row], data.train.ids[found[0]]))
            same_label += data.test.labels[row] in [data.train.labels[other] for other in found]
    return TaskContamination(rows, same_label, known_texts)


def check_contamination(name: str, data: TaskData, limit: float) -> dict[str, int]:
    """Refuse a task if more than a share `limit` of its test rows are training rows, else count them.

    Returns:
        `test_rows_in_train`, of these `with_the_same_label`, and `test_rows_of_known_texts` (see `TaskContamination`).

    Raises:
        PipelineError: more test rows than `limit` allows are training rows.
    """
    found = find_contamination(data)
    if len(found.rows) > limit * len(data.test):
        test, train = found.rows[0]
        raise PipelineError(
            f"tasks.{name}.max_contamination: {len(found.rows)} of {len(data.test)} test rows are also in the training "
            f"split (the first: {test} as {train}), more than a share of {limit:g}; remove them from the training "
            "data, or raise the limit if the data are official"
        )
    return {
        "test_rows_in_train": len(found.rows),
        "with_the_same_label": found.same_label,
        "test_rows_of_known_texts": found.known_texts,
    }


def _keys(split: Split) -> list[frozenset[str]]:
    """The normalised texts of each row, without their order."""
    second = split.second or split.first
    return [frozenset(map(_normalised, pair)) for pair in zip(split.first, second, strict=True)]


def _normalised(text: str) -> str:
    seen = "".join(map(_seen, unicodedata.normalize("NFKC", text)))
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def _seen(character: str) -> str:
    if character == "\u200b" or character.isspace():
        return " "  # a zero-width space separates words, as in cleaned text
    return "" if is_unseen(character) else character
