"""What can be had on a task without any model: the floor below every score, and the counts of its data."""

from collections import Counter
from typing import Any

import numpy as np

from tinypt.evaluation.measures import classification_scores, pearson, regression_scores
from tinypt.evaluation.tasks import Split, TaskData


def constant_scores(data: TaskData) -> dict[str, float]:
    """Score on the test split of the best answer that ignores the texts.

    The training mean for scores, the most frequent training class (the first by name on a tie) for classes.
    """
    if data.is_regression:
        mean = np.mean(np.array(data.train.labels, dtype=np.float64))
        return regression_scores(np.full(len(data.test), mean), data.test.labels)
    counts = np.bincount(data.class_indices(data.train))
    gold = data.class_indices(data.test)
    return classification_scores([int(counts.argmax())] * len(gold), gold, len(data.classes))


def jaccard_pearson(split: Split) -> float:
    """Pearson correlation of the labels with the word overlap of the pairs.

    Overlap is Jaccard's: shared over distinct words, lower-cased and cut at white space.
    """
    assert split.second is not None
    return pearson([_jaccard(*pair) for pair in zip(split.first, split.second, strict=True)], split.labels)


def _jaccard(first: str, second: str) -> float:
    ours, theirs = set(first.lower().split()), set(second.lower().split())
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def describe(data: TaskData, skipped: dict[str, int]) -> dict[str, Any]:
    """Counts, label distribution and floors of a task, for metrics/tasks.json."""
    floors: dict[str, Any] = {"constant": constant_scores(data)}
    if data.is_regression and data.test.second is not None:
        floors["word_jaccard"] = {"pearson": jaccard_pearson(data.test)}
    return {"train": _describe(data.train), "test": _describe(data.test), "skipped": skipped, "floors": floors}


def _describe(split: Split) -> dict[str, Any]:
    if isinstance(split.labels[0], float):
        scores = np.array(split.labels, dtype=np.float64)
        return {"rows": len(split), "label_mean": float(scores.mean()), "label_sd": float(scores.std())}
    return {"rows": len(split), "labels": dict(sorted(Counter(map(str, split.labels)).items()))}
