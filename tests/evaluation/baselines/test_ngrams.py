from collections.abc import Callable
from pathlib import Path

import pytest

from tinypt.evaluation.baselines.ngrams import ngram_predictions
from tinypt.evaluation.scores.scoring import gold_labels, task_scores
from tinypt.evaluation.tasks.official import read_tweetsentbr
from tinypt.evaluation.tasks.table import Split, TaskData


def ngram_scores(data: TaskData) -> dict[str, float]:
    return task_scores(data, ngram_predictions(data), gold_labels(data, data.test))


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_classes_are_learnt_from_words_and_scores_repeat(make_texts: Callable[[int], TaskData], classes: int) -> None:
    data = make_texts(classes)
    assert ngram_scores(data)["f1"] > 0.7  # chance is 0.2 for five
    assert ngram_scores(data) == ngram_scores(data)


def test_unseen_words_are_recognised_by_their_stems() -> None:
    train = Split(["1", "2", "3", "4"], ["adorei", "adoramos", "odiei", "odiamos"], None, ["+", "+", "-", "-"])
    test = Split(["5", "6"], ["ADORO", "odeio odiar"], None, ["+", "-"])
    assert ngram_scores(TaskData(train, test))["accuracy"] == 1.0


def test_texts_without_any_known_ngram_get_a_prediction(sentiment: TaskData) -> None:
    blank = Split(["1", "2"], ["", "%"], None, ["class 0", "class 1"])
    assert 0.0 <= ngram_scores(TaskData(sentiment.train, blank))["accuracy"] <= 1.0


def test_official_tweetsentbr(real_data: Path) -> None:
    folder = real_data / "tweetsentbr"
    data, _ = read_tweetsentbr(folder / "tweetSentimentBR.txt", folder / "tweetsentbr_text_2018.tsv")
    assert ngram_scores(data) == pytest.approx({"f1": 0.677, "accuracy": 0.694}, abs=5e-3)
