"""Scoring of predictions on a task, regression or classification, with intervals.

Predictions and gold labels are scores (float64) for regression, and indices into `TaskData.classes` (int64) for
classification.
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
    """Labels of a split of the task in the form of predictions, [rows]."""
    if data.is_regression:
        return np.array(split.labels, dtype=np.float64)
    return np.array(data.class_indices(split), dtype=np.int64)


def primary_metric(data: TaskData) -> str:
    """Name of the metric that decides comparisons: pearson for regression, f1 for classification."""
    return "pearson" if data.is_regression else "f1"


def task_scores(data: TaskData, predicted: Labels, gold: Labels) -> dict[str, float]:
    """Scores by the official metrics of the task's kind."""
    if data.is_regression:
        return regression_scores(predicted, gold)
    return classification_scores(predicted.tolist(), gold.tolist(), len(data.classes))


def resampled_scores(data: TaskData, predicted: Labels, seed: int) -> dict[str, Values]:
    """Each metric on every resample of the test rows, float64 [resamples]. With one `seed` the rows are the same."""
    gold = gold_labels(data, data.test)
    if data.is_regression:
        return {
            "pearson": resampled_pearson(predicted, gold, seed),
            "mse": resampled_mse(predicted, gold, seed),
        }
    answers, truth = predicted.tolist(), gold.tolist()
    return {
        "f1": resampled_f1(answers, truth, len(data.classes), seed),
        "accuracy": resampled_accuracy(answers, truth, seed),
    }


def resampled_means(data: TaskData, predicted: Labels, seed: int) -> dict[str, Values]:
    """Each metric, averaged over training seeds, on resamples of both rows and seeds: float64 [resamples].

    This is the multi-bootstrap of Sellam et al. (2022): each resample of rows averages the training seeds of a resample
    of the same number of seeds. With a single training seed only the rows vary.

    Args:
        data: the task.
        predicted: predictions of the test split, [training seeds, rows].
        seed: of the resamples. With one seed the same rows and training seeds are drawn for every model.
    """
    each = [resampled_scores(data, row, seed) for row in predicted]
    drawn = np.random.default_rng([seed, len(each)]).integers(len(each), size=(RESAMPLES, len(each)))
    columns = np.arange(RESAMPLES)[:, None]
    return {metric: np.stack([scores[metric] for scores in each])[drawn, columns].mean(axis=1) for metric in each[0]}


def summarise(data: TaskData, predicted: Labels, seed: int) -> dict[str, float | int]:
    """Summarise the scores of several training seeds.

    Args:
        data: the task.
        predicted: predictions of the test split, [training seeds, rows].
        seed: of the resamples.

    Returns:
        `seeds`, their number, and for each metric <metric>_mean, <metric>_sd, <metric>_low and <metric>_high. The
        standard deviation is over seeds alone (0 for a single seed); the 95 % interval is over rows and seeds.
    """
    gold = gold_labels(data, data.test)
    scores = [task_scores(data, row, gold) for row in predicted]
    summary: dict[str, float | int] = {"seeds": len(scores)}
    for metric in scores[0]:
        values = [score[metric] for score in scores]
        summary[f"{metric}_mean"] = statistics.fmean(values)
        summary[f"{metric}_sd"] = statistics.stdev(values) if len(values) > 1 else 0.0
    return summary | intervals(resampled_means(data, predicted, seed))
