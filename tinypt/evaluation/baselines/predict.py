"""Predictions and scores of all baselines that suit a task."""

import re
from collections.abc import Mapping

import numpy as np

from tinypt.evaluation.baselines.ngrams import ngram_predictions
from tinypt.evaluation.baselines.word_overlap import jaccard, overlap_predictions
from tinypt.evaluation.scores.bootstrap import intervals
from tinypt.evaluation.scores.scoring import Labels, gold_labels, resampled_scores, task_scores
from tinypt.evaluation.tasks.table import Split, TaskData

UNSCALED = ("word_jaccard",)  # baselines whose predictions are not on the labels' scale: only correlations count


def baseline_predictions(data: TaskData) -> dict[str, Labels]:
    """Predictions for the test split by baseline, [rows] each.

    - `constant`, for every task: the training mean, or the most frequent training class (on a tie the first by name).
    - `word_jaccard`, for similarity: shared over distinct words, without any training.
    - `overlap_features`, for pairs: a support vector machine on features of word overlap.
    - `char_ngrams`, for single texts: a linear model on character n-grams.

    The last two are left out if the training split has a single class or no word.
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
    """Score each baseline's predictions on the test split, with 95 % intervals over test rows resampled by `seed`."""
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
