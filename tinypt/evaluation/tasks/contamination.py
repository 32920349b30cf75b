"""Whether a task's test split is new to whoever has read its training split."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.runtime.errors import PipelineError


@dataclass(frozen=True)
class Repeats:
    """How much of a test split the training split tells.

    rows: ids of the test rows whose text, or whose two texts in either order, are a training row, and that row's id.
    same_label: how many of them have a label that such a training row has.
    known_texts: test rows whose every text stands somewhere in the training split, in whatever company.
    """

    rows: list[tuple[str, str]]
    same_label: int
    known_texts: int


def find_repeats(data: TaskData) -> Repeats:
    """Compare the splits; case, white space and the way accents are encoded make no difference between texts."""
    of_training: dict[frozenset[str], list[int]] = defaultdict(list)
    for row, key in enumerate(_keys(data.train)):
        of_training[key].append(row)
    texts = {text for key in of_training for text in key}
    rows, same_label, known_texts = [], 0, 0
    for row, key in enumerate(_keys(data.test)):
        known_texts += key <= texts
        if found := of_training.get(key):
            rows.append((data.test.ids[row], data.train.ids[found[0]]))
            same_label += data.test.labels[row] in [data.train.labels[other] for other in found]
    return Repeats(rows, same_label, known_texts)


def check_contamination(name: str, data: TaskData, limit: float) -> dict[str, int]:
    """Refuse a task that gives more than a share `limit` of its test rows away in training; count what it does.

    Returns:
        `test_rows_in_train`, of these `with_the_same_label`, and `test_rows_of_known_texts` (see `Repeats`).

    Raises:
        PipelineError: more test rows than `limit` allows are training rows.
    """
    repeats = find_repeats(data)
    if len(repeats.rows) > limit * len(data.test):
        test, train = repeats.rows[0]
        raise PipelineError(
            f"tasks.{name}.max_contamination: {len(repeats.rows)} of {len(data.test)} test rows stand in the training split "
            f"({test} as {train}, for one), more than a share of {limit:g}; take them out of the training data, or "
            "raise the limit if the data are official"
        )
    return {
        "test_rows_in_train": len(repeats.rows),
        "with_the_same_label": repeats.same_label,
        "test_rows_of_known_texts": repeats.known_texts,
    }


def _keys(split: Split) -> list[frozenset[str]]:
    """The texts of each row, without their order."""
    second = split.second or split.first
    return [frozenset(map(_normalised, pair)) for pair in zip(split.first, second, strict=True)]


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
