"""Metrics of agreement between predictions and gold labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score, mean_squared_error

from tinypt.runtime.errors import PipelineError

ROUNDING = 1e-13  # spread, as a share of the mean, that rounding alone explains; scipy warns at the same value


def pearson(predicted: ArrayLike, gold: ArrayLike) -> float:
    """Pearson correlation, -1 to 1.

    It is undefined for a constant. Then 0.0 is returned, since a constant has no information about the other values.

    Raises:
        PipelineError: a number is not finite.
    """
    a, b = (np.asarray(values, dtype=np.float64) for values in (predicted, gold))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise PipelineError("a prediction or a label is not a finite number; check the model and the task's labels")
    if is_constant(a) or is_constant(b):
        return 0.0
    return float(pearsonr(a, b).statistic)


def is_constant(values: NDArray[np.float64]) -> bool:
    """Whether all values are equal up to rounding."""
    mean = values.mean()
    return bool(np.linalg.norm(values - mean) <= ROUNDING * abs(mean))


def regression_scores(predicted: ArrayLike, gold: ArrayLike) -> dict[str, float]:
    """ASSIN2's metrics of similarity: Pearson (the primary metric) and mean squared error.

    Raises:
        PipelineError: a number is not finite.
    """
    return {"pearson": pearson(predicted, gold), "mse": float(mean_squared_error(gold, predicted))}


def classification_scores(predicted: Sequence[int], gold: Sequence[int], classes: int) -> dict[str, float]:
    """Macro-F1 (the primary metric) and accuracy.

    F1 is averaged over all `classes` of the training split. A class without a true or predicted row counts as 0.
    """
    f1 = f1_score(gold, predicted, labels=range(classes), average="macro", zero_division=0.0)
    return {"f1": float(f1), "accuracy": float(accuracy_score(gold, predicted))}
