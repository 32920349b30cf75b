"""Predictions on a task into scores: regression and classification under one roof, with their intervals.

Predictions are scores (float64) for regression, indices into `TaskData.classes` (int64) for classification, as are
the gold labels they are held against.
"""

import statistics
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinypt.evaluation.scores.bootstrap import (
    RESAMPLES,
    intervals,
    resampled_accuracy,
    resampled_f1,
    resampled_mse,
    resampled_pearson,
)
from tinypt.evaluation.scores.metrics import classification_scores, regression_scores
from tinypt.evaluation.tasks.table import Split, TaskData

Labels = NDArray[Any]  # float64 or int64
Values = NDArray[np.float64]


def gold_labels(data: TaskData, split: Split) -> Labels:
    """Labels of `split`, one of the task's, in the form of predictions."""
    if data.is_regression:
        return np.array(split.labels, dtype=np.float64)
    return np.array(data.class_indices(split), dtype=np.int64)


def primary_metric(data: TaskData) -> str:
    """The measure a task is judged by: pearson for regression, f1 for classification."""
    return "pearson" if data.is_regression else "f1"


def task_scores(data: TaskData, predicted: Labels, gold: Labels) -> dict[str, float]:
    """The official measures of the task's kind."""
    if data.is_regression:
        return regression_scores(predicted, gold)
    return classification_scores(predicted.tolist(), gold.tolist(), len(data.classes))


def resampled_scores(data: TaskData, predicted: Labels, seed: int) -> dict[str, Values]:
    """Each measure on every resample of the test split's rows, float64 [resamples], the same rows for every model."""
    gold = gold_labels(data, data.test)
    if data.is_regression:
        return {
            "pearson": resampled_pearson(predicted, gold, seed),
            "mse": resampled_mse(predicted, gold, seed),
        }
    ours, theirs = predicted.tolist(), gold.tolist()
    return {
        "f1": resampled_f1(ours, theirs, len(data.classes), seed),
        "accuracy": resampled_accuracy(ours, theirs, seed),
    }


def resampled_means(data: TaskData, predicted: Labels, seed: int) -> dict[str, Values]:
    """Each measure's mean over training seeds on resamples of rows and of seeds, float64 [resamples].

    The multi-bootstrap of Sellam et al. (2022): as many training seeds as there are, drawn with replacement, are
    averaged on every resample of rows. With one training seed the rows alone vary.

    Args:
        data: the task.
        predicted: of the test split, [training seeds, rows].
        seed: of the resamples; with one seed the same rows and the same training seeds are drawn for every model.
    """
    each = [resampled_scores(data, row, seed) for row in predicted]
    drawn = np.random.default_rng([seed, len(each)]).integers(len(each), size=(RESAMPLES, len(each)))
    columns = np.arange(RESAMPLES)[:, None]
    return {measure: np.stack([scores[measure] for scores in each])[drawn, columns].mean(axis=1) for measure in each[0]}


def summarise(data: TaskData, predicted: Labels, seed: int) -> dict[str, float | int]:
    """Over training seeds: their number, and of each measure mean, standard deviation and 95 % interval.

    The deviation is that of the seeds alone (0 with one seed), the interval that of rows and seeds together.

    Args:
        data: the task.
        predicted: of the test split, [training seeds, rows].
        seed: of the resamples.
    """
    gold = gold_labels(data, data.test)
    scores = [task_scores(data, row, gold) for row in predicted]
    summary: dict[str, float | int] = {"seeds": len(scores)}
    for measure in scores[0]:
        values = [score[measure] for score in scores]
        summary[f"{measure}_mean"] = statistics.fmean(values)
        summary[f"{measure}_sd"] = statistics.stdev(values) if len(values) > 1 else 0.0
    return summary | intervals(resampled_means(data, predicted, seed))
