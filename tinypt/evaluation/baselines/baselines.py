"""What can be had on a task without a neural network: the baselines below every score, and the counts of its data."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from tinypt.evaluation.baselines.ngrams import ngram_predictions
from tinypt.evaluation.baselines.word_overlap import jaccard, overlap_predictions
from tinypt.evaluation.scores.bootstrap import intervals
from tinypt.evaluation.scores.scoring import Labels, gold_labels, resampled_scores, task_scores
from tinypt.evaluation.tasks.table import Split, TaskData

UNSCALED = ("word_jaccard",)  # baselines whose answers are not on the labels' scale: only correlations count


def baseline_predictions(data: TaskData) -> dict[str, Labels]:
    """SoftTargets to the test split without a neural network, by name.

    `constant` for every task: the training mean, or the most frequent training class (the first by name on a tie);
    for pairs what their words share (`overlap_features`, and without any training `word_jaccard`); for single texts
    their character n-grams (`char_ngrams`). What learns from words is left out where the training split holds
    nothing to learn: one class, or no word.
    """
    found = {"constant": _constant(data)}
    if data.is_regression:
        found["word_jaccard"] = _jaccard(data.test)
    if _learnable(data):
        if data.train.second is None:
            found["char_ngrams"] = ngram_predictions(data)
        else:
            found["overlap_features"] = overlap_predictions(data)
    return found


def baseline_scores(data: TaskData, baselines: Mapping[str, Labels], seed: int) -> dict[str, dict[str, float]]:
    """Scores of each untrained on the test split and their 95 % intervals over resampled rows, drawn by `seed`."""
    scores = {}
    gold = gold_labels(data, data.test)
    for name, predicted in baselines.items():
        found = task_scores(data, predicted, gold) | intervals(resampled_scores(data, predicted, seed))
        wanted = "pearson" if name in UNSCALED else ""
        scores[name] = {key: value for key, value in found.items() if key.startswith(wanted)}
    return scores


def _constant(data: TaskData) -> Labels:
    gold = gold_labels(data, data.train)
    best = gold.mean() if data.is_regression else np.bincount(gold).argmax()
    return np.full(len(data.test), best)


def _jaccard(split: Split) -> Labels:
    assert split.second is not None
    return np.array([jaccard(*pair) for pair in zip(split.first, split.second, strict=True)])


def _learnable(data: TaskData) -> bool:
    several = data.is_regression or len(data.classes) > 1
    return several and any(re.search(r"\w", text) for text in data.train.first + (data.train.second or []))


def describe(data: TaskData, skipped: Mapping[str, int], baselines: Mapping[str, Labels], seed: int) -> dict[str, Any]:
    """Counts, label distribution and baselines of a task, for metrics/tasks.json."""
    return {
        "train": _describe(data.train),
        "test": _describe(data.test),
        "skipped": dict(skipped),
        "baselines": baseline_scores(data, baselines, seed),
    }


def _describe(split: Split) -> dict[str, Any]:
    if isinstance(split.labels[0], float):
        scores = np.array(split.labels, dtype=np.float64)
        return {"rows": len(split), "label_mean": float(scores.mean()), "label_sd": float(scores.std())}
    return {"rows": len(split), "labels": dict(sorted(Counter(map(str, split.labels)).items()))}
