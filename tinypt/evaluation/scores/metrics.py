"""Measures of agreement between predictions and gold labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score, mean_squared_error

from tinypt.runtime.errors import PipelineError

ROUNDING = 1e-13  # spread as a share of the mean that is rounding alone; scipy warns of it at the same place


def pearson(predicted: ArrayLike, gold: ArrayLike) -> float:
    """Pearson correlation, -1 to 1.

    Of a constant it is not defined; 0.0 is reported, since a constant says nothing about the other side.

    Raises:
        PipelineError: a number is not finite.
    """
    ours, theirs = (np.asarray(values, dtype=np.float64) for values in (predicted, gold))
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        raise PipelineError("a prediction or a label is not a finite number; check the model and the task's labels")
    if is_constant(ours) or is_constant(theirs):
        return 0.0
    return float(pearsonr(ours, theirs).statistic)


def is_constant(values: NDArray[np.float64]) -> bool:
    """Whether all values are the same but for rounding."""
    mean = values.mean()
    return bool(np.linalg.norm(values - mean) <= ROUNDING * abs(mean))


def regression_scores(predicted: ArrayLike, gold: ArrayLike) -> dict[str, float]:
    """ASSIN2's measures of similarity: Pearson (the primary one) and mean squared error.

    Raises:
        PipelineError: a number is not finite.
    """
    return {"pearson": pearson(predicted, gold), "mse": float(mean_squared_error(gold, predicted))}


def classification_scores(predicted: Sequence[int], gold: Sequence[int], classes: int) -> dict[str, float]:
    """Macro-F1 (the primary measure) and accuracy.

    The mean of F1 goes over the `classes` of the training data, predicted or not; a class without any
    true or predicted row counts 0.
    """
    f1 = f1_score(gold, predicted, labels=range(classes), average="macro", zero_division=0.0)
    return {"f1": float(f1), "accuracy": float(accuracy_score(gold, predicted))}
