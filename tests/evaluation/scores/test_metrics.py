import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr
from sklearn.metrics import f1_score

from tinypt.evaluation.scores.metrics import classification_scores, is_constant, pearson, regression_scores
from tinypt.runtime.errors import PipelineError


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=3, max_size=20).filter(lambda values: len(set(values)) > 1),
    st.floats(0.1, 10),
    st.floats(-5, 5),
)
def test_pearson_ignores_scale_and_shift(values: list[int], scale: float, shift: float) -> None:
    moved = scale * np.array(values) + shift
    assert pearson(moved, values) == pytest.approx(1.0)
    assert pearson(-moved, values) == pytest.approx(-1.0)


def test_pearson_of_a_constant_is_zero() -> None:
    assert pearson([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]) == 0.0
    assert pearson([1.0, 2.0, 3.0], [4.0, 4.0, 4.0]) == 0.0
    assert pearson([0.1, 0.1 + 1e-17, 0.3 - 0.2], [1.0, 2.0, 3.0]) == 0.0  # constant up to rounding


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_numbers_that_are_not_finite_are_refused(broken: float) -> None:
    for predicted, gold in (([1.0, broken], [1.0, 2.0]), ([1.0, 2.0], [broken, 2.0]), ([broken] * 2, [1.0, 2.0])):
        with pytest.raises(PipelineError, match="not a finite number"):
            regression_scores(predicted, gold)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=2, max_size=20))
def test_pearson_equals_scipy_where_defined(pairs: list[tuple[float, float]]) -> None:
    predicted, gold = np.array(pairs).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constants
        expected = pearsonr(predicted, gold).statistic
    found = pearson(predicted, gold)
    assert found == (0.0 if is_constant(predicted) or is_constant(gold) else expected)


def test_a_single_predicted_class() -> None:
    gold = [0, 0, 1, 2]
    for constant, f1 in ((0, 2 / 3), (1, 2 / 5), (2, 2 / 5)):
        assert classification_scores([constant] * 4, gold, 3)["f1"] == pytest.approx(f1 / 3)
    assert classification_scores([0, 0], [0, 0], classes=1) == {"f1": 1.0, "accuracy": 1.0}


def test_nothing_right() -> None:
    assert classification_scores([1, 0], [0, 1], classes=2) == {"f1": 0.0, "accuracy": 0.0}


def test_regression_scores() -> None:
    assert regression_scores([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])["mse"] == pytest.approx(1 / 3)


def test_a_constant_prediction_for_two_balanced_classes_has_a_macro_f1_of_a_third() -> None:
    scores = classification_scores([1] * 10, [0, 1] * 5, classes=2)
    assert scores == pytest.approx({"f1": 1 / 3, "accuracy": 0.5})


def test_classes_absent_from_the_test_split_still_count() -> None:
    assert classification_scores([0, 1], [0, 1], classes=3)["f1"] == pytest.approx(2 / 3)


PREDICTIONS = st.integers(1, 5).flatmap(
    lambda classes: st.tuples(
        st.just(classes),
        st.lists(st.tuples(*[st.integers(0, classes - 1)] * 2), min_size=1, max_size=30),
    )
)


@settings(max_examples=50, deadline=None)
@given(PREDICTIONS)
def test_macro_f1_by_its_definition(cases: tuple[int, list[tuple[int, int]]]) -> None:
    """For random predictions, including classes that are never true or never predicted."""
    classes, pairs = cases
    f1 = []
    for index in range(classes):
        hits = sum(predicted == gold == index for predicted, gold in pairs)
        named = sum((predicted == index) + (gold == index) for predicted, gold in pairs)
        f1.append(2 * hits / named if named else 0.0)
    predicted, gold = zip(*pairs, strict=True)
    scores = classification_scores(predicted, gold, classes)
    assert scores["f1"] == pytest.approx(np.mean(f1), abs=1e-12)
    assert scores["accuracy"] == pytest.approx(np.mean([one == other for one, other in pairs]), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(PREDICTIONS)
def test_macro_f1_equals_scikit_learns_default_if_every_class_occurs(
    cases: tuple[int, list[tuple[int, int]]],
) -> None:
    classes, pairs = cases
    predicted, gold = zip(*pairs, *[(0, index) for index in range(classes)], strict=True)
    assert classification_scores(predicted, gold, classes)["f1"] == f1_score(gold, predicted, average="macro")


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=20))
def test_mean_squared_error_by_its_definition(pairs: list[tuple[float, float]]) -> None:
    predicted, gold = np.array(pairs).T
    assert regression_scores(predicted, gold)["mse"] == pytest.approx(np.mean((predicted - gold) ** 2), rel=1e-12)
