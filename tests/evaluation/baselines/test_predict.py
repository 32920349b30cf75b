from dataclasses import replace
from pathlib import Path

import pytest

from tinypt.evaluation.baselines.predict import baseline_predictions, baseline_scores
from tinypt.evaluation.tasks.official import read_assin2
from tinypt.evaluation.tasks.table import Split, TaskData

SEED = 13


def scores(data: TaskData) -> dict[str, dict[str, float]]:
    return baseline_scores(data, baseline_predictions(data), SEED)


def single(labels: list[str], prefix: str) -> Split:
    return Split([f"{prefix}-{row}" for row in range(len(labels))], ["texto"] * len(labels), None, labels)


def test_the_constant_is_the_most_frequent_training_class_and_the_first_on_a_tie() -> None:
    data = TaskData(single(["b", "a", "b", "a"], "train"), single(["a", "a", "a", "b"], "test"))
    assert scores(data)["constant"]["accuracy"] == 0.75
    data = TaskData(single(["b", "a", "b"], "train"), single(["a", "a", "a", "b"], "test"))
    assert scores(data)["constant"]["accuracy"] == 0.25


def test_the_constant_for_similarity_is_the_training_mean(similarity: TaskData) -> None:
    found = scores(similarity)["constant"]
    assert found["pearson"] == 0.0
    assert found["mse"] == pytest.approx(1.75**2)


def test_word_overlap(similarity: TaskData) -> None:
    found = scores(similarity)["word_jaccard"]
    assert set(found) == {"pearson", "pearson_low", "pearson_high"}  # no mse: its predictions have another scale
    assert found["pearson"] == pytest.approx(1.0)


def test_every_kind_of_task_has_a_baseline_that_learns(
    similarity: TaskData, sentiment: TaskData, entailment: TaskData
) -> None:
    assert list(scores(similarity)) == ["constant", "word_jaccard", "overlap_features"]
    assert list(scores(sentiment)) == ["constant", "char_ngrams"]
    assert list(baseline_predictions(entailment)) == ["constant", "overlap_features"]


def test_baselines_that_cannot_learn_are_left_out(similarity: TaskData) -> None:
    one_class = TaskData(single(["a", "a"], "train"), single(["a", "a"], "test"))
    assert list(baseline_predictions(one_class)) == ["constant"]
    blank = replace(similarity.train, first=["?"] * 24, second=[""] * 24)
    assert list(baseline_predictions(TaskData(blank, similarity.test))) == ["constant", "word_jaccard"]


@pytest.mark.long
def test_assin2_baselines(real_data: Path) -> None:
    train, test = real_data / "assin2/assin2-train-only.xml", real_data / "assin2/assin2-test.xml"
    similarity, _ = read_assin2(train, test, "pair_regression")
    found = scores(similarity)
    assert found["word_jaccard"]["pearson"] == pytest.approx(0.5460, abs=5e-5)
    assert found["constant"]["mse"] == pytest.approx(1.156, abs=5e-4)
    assert found["overlap_features"]["pearson_low"] == pytest.approx(0.690, abs=5e-3)
    assert found["overlap_features"]["pearson_high"] == pytest.approx(0.735, abs=5e-3)
    entailment, _ = read_assin2(train, test, "pair_classification")
    assert scores(entailment)["constant"]["f1"] == pytest.approx(1 / 3)
