"""Uncertainty of a score: percentile bootstrap intervals over the rows of a test split.

The rows are a sample. Drawing as many rows with replacement, RESAMPLES times, estimates how much a score would vary
with another sample (Efron and Tibshirani 1993, chapter 13). With one seed the same rows are drawn for every model of a
test split. The intervals here do not include the effect of the training seed.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinypt.evaluation.scores.metrics import is_constant

RESAMPLES = 1000
COVERED = (2.5, 97.5)  # percentiles: 95 % of the resamples lie between them
CONSTANT = 1e-12  # variance, as a share of the whole sample's, below which a resample counts as constant

Values = NDArray[np.float64]


def intervals(resampled: dict[str, Values]) -> dict[str, float]:
    """Bounds of each metric's 95 % interval, <metric>_low and <metric>_high, from its values on the resamples."""
    bounds: dict[str, float] = {}
    for metric, values in resampled.items():
        low, high = np.percentile(values, COVERED)
        bounds |= {f"{metric}_low": float(low), f"{metric}_high": float(high)}
    return bounds


def resampled_pearson(predicted: ArrayLike, gold: ArrayLike, seed: int) -> Values:
    """Pearson correlation on every resample, float64 [resamples]; 0.0 for a constant, as in `metrics.pearson`."""
    a, b = _standardised(predicted), _standardised(gold)
    mean_a, mean_b, square_a, square_b, product = _means([a, b, a**2, b**2, a * b], seed)
    variance_a, variance_b = square_a - mean_a**2, square_b - mean_b**2
    varied = (variance_a > CONSTANT) & (variance_b > CONSTANT)
    scale = np.sqrt(np.where(varied, variance_a * variance_b, 1.0))
    correlations: Values = np.where(varied, (product - mean_a * mean_b) / scale, 0.0)
    return correlations.clip(-1.0, 1.0)


def resampled_mse(predicted: ArrayLike, gold: ArrayLike, seed: int) -> Values:
    """Mean squared error on every resample, float64 [resamples]."""
    errors = np.asarray(predicted, np.float64) - np.asarray(gold, np.float64)
    return _means([errors**2], seed).ravel()


def resampled_accuracy(predicted: Sequence[int], gold: Sequence[int], seed: int) -> Values:
    """Accuracy on every resample, float64 [resamples]."""
    return _means([np.asarray(predicted) == np.asarray(gold)], seed).ravel()


def resampled_f1(predicted: Sequence[int], gold: Sequence[int], classes: int, seed: int) -> Values:
    """Macro-F1 over all `classes` on every resample, float64 [resamples].

    As in `metrics.classification_scores`, a class without a true or predicted row in a resample counts as 0.
    """
    answers, truth = np.asarray(predicted), np.asarray(gold)
    columns = [
        column
        for index in range(classes)
        for column in ((answers == index) & (truth == index), answers == index, truth == index)
    ]
    means = _means(columns, seed).reshape(classes, 3, RESAMPLES)
    named = means[:, 1] + means[:, 2]
    f1: Values = np.where(named > 0, 2 * means[:, 0] / np.where(named > 0, named, 1.0), 0.0).mean(axis=0)
    return f1


def _means(columns: Sequence[ArrayLike], seed: int) -> Values:
    """Means of each column over the rows of every resample: float64 [columns, resamples].

    Every metric here is a function of a few means. The mean over drawn rows is computed as the mean over all rows, each
    weighted by how often it was drawn. The sums use numpy's einsum rather than a matrix product, whose last bits depend
    on the number of threads.
    """
    table = np.stack([np.asarray(column, np.float64) for column in columns])
    rows = table.shape[1]
    means: Values = np.einsum("rn,cn->cr", _times_drawn(rows, seed), table) / rows
    return means


@lru_cache(maxsize=2)
def _times_drawn(rows: int, seed: int) -> Values:
    """How often each row occurs in each resample: float64 [resamples, rows]; the same for all callers with one seed."""
    random = np.random.default_rng(seed)
    draws = (random.integers(rows, size=rows) for _ in range(RESAMPLES))
    return np.stack([np.bincount(drawn, minlength=rows) for drawn in draws]).astype(np.float64)


def _standardised(values: ArrayLike) -> Values:
    """Scale to mean 0 and variance 1, which keeps differences of squares accurate; zeros if all values are equal."""
    array = np.asarray(values, np.float64)
    if is_constant(array):
        return np.zeros_like(array)
    scaled: Values = (array - array.mean()) / array.std()
    return scaled
