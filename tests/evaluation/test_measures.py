import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.evaluation.measures import classification_scores, pearson, regression_scores


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


def test_regression_scores() -> None:
    assert regression_scores([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])["mse"] == pytest.approx(1 / 3)


def test_a_constant_answer_to_balanced_classes_has_a_macro_f1_of_a_third() -> None:
    scores = classification_scores([1] * 10, [0, 1] * 5, classes=2)
    assert scores == pytest.approx({"f1": 1 / 3, "accuracy": 0.5})


def test_classes_absent_from_the_test_split_still_count() -> None:
    assert classification_scores([0, 1], [0, 1], classes=3)["f1"] == pytest.approx(2 / 3)
