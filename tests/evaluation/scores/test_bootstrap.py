from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import bootstrap

from tinypt.evaluation.scores.bootstrap import (
    RESAMPLES,
    intervals,
    resampled_accuracy,
    resampled_f1,
    resampled_mse,
    resampled_pearson,
)
from tinypt.evaluation.scores.metrics import classification_scores, pearson, regression_scores

SEED = 13
FEW = 20  # resamples compared one by one, because the reference is slow


def draws(rows: int) -> list[NDArray[np.int64]]:
    """Rows of every resample, drawn naively."""
    random = np.random.default_rng(SEED)
    return [random.integers(rows, size=rows) for _ in range(RESAMPLES)]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 5)), min_size=2, max_size=12))
def test_regression_metrics_match_the_drawn_rows(pairs: list[tuple[int, int]]) -> None:
    predicted, gold = np.array(pairs, dtype=float).T
    expected = [regression_scores(predicted[rows], gold[rows]) for rows in draws(len(pairs))[:FEW]]
    assert resampled_pearson(predicted, gold, SEED)[:FEW] == pytest.approx([row["pearson"] for row in expected])
    assert resampled_mse(predicted, gold, SEED)[:FEW] == pytest.approx([row["mse"] for row in expected])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12))
def test_classification_metrics_match_the_drawn_rows(pairs: list[tuple[int, int]]) -> None:
    predicted, gold = np.array(pairs).T
    expected = [classification_scores(predicted[rows], gold[rows], 3) for rows in draws(len(pairs))[:FEW]]
    assert resampled_f1(predicted, gold, 3, SEED)[:FEW] == pytest.approx([row["f1"] for row in expected])
    assert resampled_accuracy(predicted, gold, SEED)[:FEW] == pytest.approx([row["accuracy"] for row in expected])


def test_the_interval_matches_scipy() -> None:
    random = np.random.default_rng(1)
    gold = random.normal(size=300)
    predicted = gold + random.normal(size=300)
    found = intervals({"pearson": resampled_pearson(predicted, gold, SEED)})
    expected = bootstrap(
        (predicted, gold), pearson, paired=True, vectorized=False, method="percentile", n_resamples=1000, rng=2
    ).confidence_interval
    assert found["pearson_low"] == pytest.approx(expected.low, abs=0.01)
    assert found["pearson_high"] == pytest.approx(expected.high, abs=0.01)


def coverage(truth: float, bounds: Callable[[np.random.Generator, int], NDArray[np.float64]]) -> float:
    random = np.random.default_rng(3)
    found = [intervals({"x": bounds(random, trial)}) for trial in range(100)]
    return float(np.mean([each["x_low"] <= truth <= each["x_high"] for each in found]))


def test_intervals_cover_the_true_value_about_as_often_as_stated() -> None:
    def correlated(random: np.random.Generator, trial: int) -> NDArray[np.float64]:
        gold = random.normal(size=120)
        return resampled_pearson(0.6 * gold + 0.8 * random.normal(size=120), gold, trial)

    def right(random: np.random.Generator, trial: int) -> NDArray[np.float64]:
        return resampled_accuracy((random.random(120) < 0.7).astype(int), np.ones(120, dtype=int), trial)  # type: ignore[arg-type]

    assert 0.88 <= coverage(0.6, correlated) <= 1.0
    assert 0.88 <= coverage(0.7, right) <= 1.0


def test_the_interval_of_a_constant_prediction_is_zero() -> None:
    gold = np.arange(20.0)
    assert intervals({"pearson": resampled_pearson(np.full(20, 0.1), gold, SEED)}) == {
        "pearson_low": 0.0,
        "pearson_high": 0.0,
    }


def test_scale_and_shift_change_nothing() -> None:
    random = np.random.default_rng(4)
    gold, predicted = random.normal(size=50), random.normal(size=50)
    moved = resampled_pearson(1e-3 * predicted + 1e3, gold, SEED)
    assert moved == pytest.approx(resampled_pearson(predicted, gold, SEED), abs=1e-6)


def test_the_seed_determines_the_rows() -> None:
    predicted, gold = [0, 1, 1, 0, 1], [0, 1, 0, 0, 0]
    first = resampled_f1(predicted, gold, 2, SEED)
    assert (first == resampled_f1(predicted, gold, 2, SEED)).all()
    assert (first != resampled_f1(predicted, gold, 2, SEED + 1)).any()
