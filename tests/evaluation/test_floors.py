from pathlib import Path

import pytest

from tinypt.evaluation.floors import constant_scores, describe, jaccard_pearson
from tinypt.evaluation.readers import read_assin2
from tinypt.evaluation.tasks import Split, TaskData


def single(labels: list[str], prefix: str) -> Split:
    return Split([f"{prefix}-{row}" for row in range(len(labels))], ["texto"] * len(labels), None, labels)


def test_the_constant_is_the_most_frequent_training_class_and_the_first_on_a_tie() -> None:
    data = TaskData(single(["b", "a", "b", "a"], "train"), single(["a", "a", "a", "b"], "test"))
    assert constant_scores(data)["accuracy"] == 0.75
    data = TaskData(single(["b", "a", "b"], "train"), single(["a", "a", "a", "b"], "test"))
    assert constant_scores(data)["accuracy"] == 0.25


def test_the_constant_score_is_the_training_mean(similarity: TaskData) -> None:
    scores = constant_scores(similarity)
    assert scores["pearson"] == 0.0
    assert scores["mse"] == pytest.approx(1.75**2)


def test_word_overlap(similarity: TaskData) -> None:
    assert jaccard_pearson(similarity.test) == pytest.approx(1.0)


def test_description(similarity: TaskData, sentiment: TaskData) -> None:
    described = describe(similarity, {})
    assert described["train"] == {"rows": 24, "label_mean": 3.25, "label_sd": 1.75}
    assert set(described["floors"]) == {"constant", "word_jaccard"}
    described = describe(sentiment, {"no_text": 7})
    assert described["test"]["labels"] == {"class 0": 8, "class 1": 8, "class 2": 8}
    assert described["skipped"] == {"no_text": 7}
    assert set(described["floors"]) == {"constant"}


def test_assin2_floors(real_data: Path) -> None:
    train, test = real_data / "assin2/assin2-train-only.xml", real_data / "assin2/assin2-test.xml"
    similarity, _ = read_assin2(train, test, "pair_regression")
    assert jaccard_pearson(similarity.test) == pytest.approx(0.5460, abs=5e-5)
    assert constant_scores(similarity)["mse"] == pytest.approx(1.156, abs=5e-4)
    entailment, _ = read_assin2(train, test, "pair_classification")
    assert constant_scores(entailment)["f1"] == pytest.approx(1 / 3)
