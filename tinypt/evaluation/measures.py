"""Measures of agreement between predictions and gold labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score, mean_squared_error


def pearson(predicted: ArrayLike, gold: ArrayLike) -> float:
    """Pearson correlation, -1 to 1.

    Of a constant it is not defined; 0.0 is reported, since a constant says nothing about the other side.
    """
    if np.ptp(predicted) == 0 or np.ptp(gold) == 0:
        return 0.0
    return float(pearsonr(predicted, gold).statistic)


def regression_scores(predicted: ArrayLike, gold: ArrayLike) -> dict[str, float]:
    """ASSIN2's measures of similarity: Pearson (the primary one) and mean squared error."""
    return {"pearson": pearson(predicted, gold), "mse": float(mean_squared_error(gold, predicted))}


def classification_scores(predicted: Sequence[int], gold: Sequence[int], classes: int) -> dict[str, float]:
    """Macro-F1 (the primary measure) and accuracy.

    The mean of F1 goes over the `classes` of the training data, predicted or not; a class without any
    true or predicted row counts 0.
    """
    f1 = f1_score(gold, predicted, labels=range(classes), average="macro", zero_division=0.0)
    return {"f1": float(f1), "accuracy": float(accuracy_score(gold, predicted))}
