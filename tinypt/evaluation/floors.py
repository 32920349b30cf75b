"""What can be had on a task without a neural network: the floors below every score, and the counts of its data."""

import re
from collections import Counter
from typing import Any

import numpy as np

from tinypt.evaluation.measures import classification_scores, pearson, regression_scores
from tinypt.evaluation.ngrams import ngram_scores
from tinypt.evaluation.overlap import jaccard, overlap_scores
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
    """Pearson correlation of the labels with the word overlap of the pairs (see `jaccard`)."""
    assert split.second is not None
    return pearson([jaccard(*pair) for pair in zip(split.first, split.second, strict=True)], split.labels)


def floors(data: TaskData) -> dict[str, dict[str, float]]:
    """Scores without a neural network, by name: a constant answer for every task, for pairs what their words share,
    for single texts their character n-grams.

    What learns from words is left out where the training split holds nothing to learn: one class, or no word.
    """
    found = {"constant": constant_scores(data)}
    if data.is_regression:
        found["word_jaccard"] = {"pearson": jaccard_pearson(data.test)}
    if _learnable(data):
        if data.train.second is None:
            found["char_ngrams"] = ngram_scores(data)
        else:
            found["overlap_features"] = overlap_scores(data)
    return found


def _learnable(data: TaskData) -> bool:
    several = data.is_regression or len(data.classes) > 1
    return several and any(re.search(r"\w", text) for text in data.train.first + (data.train.second or []))


def describe(data: TaskData, skipped: dict[str, int]) -> dict[str, Any]:
    """Counts, label distribution and floors of a task, for metrics/tasks.json."""
    return {
        "train": _describe(data.train),
        "test": _describe(data.test),
        "skipped": skipped,
        "floors": floors(data),
    }


def _describe(split: Split) -> dict[str, Any]:
    if isinstance(split.labels[0], float):
        scores = np.array(split.labels, dtype=np.float64)
        return {"rows": len(split), "label_mean": float(scores.mean()), "label_sd": float(scores.std())}
    return {"rows": len(split), "labels": dict(sorted(Counter(map(str, split.labels)).items()))}
