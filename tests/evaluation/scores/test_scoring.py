import numpy as np
import pytest

from tinypt.evaluation.scores.bootstrap import RESAMPLES
from tinypt.evaluation.scores.metrics import classification_scores, pearson
from tinypt.evaluation.scores.scoring import gold_labels, primary_metric, resampled_means, resampled_scores, summarise
from tinypt.evaluation.tasks.table import TaskData

SEED = 13


def test_the_primary_metric_depends_on_the_kind(similarity: TaskData, sentiment: TaskData) -> None:
    assert (primary_metric(similarity), primary_metric(sentiment)) == ("pearson", "f1")
    assert gold_labels(sentiment, sentiment.test)[:4].tolist() == [0, 1, 2, 0]


def test_with_one_seed_only_rows_are_resampled(sentiment: TaskData) -> None:
    predicted = np.arange(24) % 2
    means = resampled_means(sentiment, predicted[None], SEED)
    for metric, values in resampled_scores(sentiment, predicted, SEED).items():
        assert (means[metric] == values).all()


def test_seeds_are_resampled_too(similarity: TaskData) -> None:
    """Every value is the mean of two draws from the seeds' values on the same rows."""
    random = np.random.default_rng(1)
    gold = gold_labels(similarity, similarity.test)
    predicted = gold + random.normal(size=(2, 24))
    each = [resampled_scores(similarity, row, SEED)["pearson"] for row in predicted]
    means = resampled_means(similarity, predicted, SEED)["pearson"]
    possible = np.stack([each[0], each[1], (each[0] + each[1]) / 2])
    nearest = np.abs(possible - means).argmin(axis=0)
    assert np.abs(possible - means).min(axis=0).max() < 1e-12
    assert np.bincount(nearest) / RESAMPLES == pytest.approx([0.25, 0.25, 0.5], abs=0.05)


def test_the_interval_widens_with_the_spread_of_the_seeds(sentiment: TaskData) -> None:
    gold = gold_labels(sentiment, sentiment.test)
    good, bad = gold.copy(), (gold + 1) % 3
    good[::8] = 0
    steady, shaky = (summarise(sentiment, np.stack(pair), SEED) for pair in ([good, good], [good, bad]))
    assert shaky["f1_high"] - shaky["f1_low"] > steady["f1_high"] - steady["f1_low"] > 0


def test_summary_of_seeds(similarity: TaskData) -> None:
    gold = gold_labels(similarity, similarity.test)
    predicted = np.stack([gold, gold[::-1] + np.arange(24) / 10])
    summary = summarise(similarity, predicted, SEED)
    values = [1.0, pearson(predicted[1], gold)]
    assert summary["seeds"] == 2
    assert summary["pearson_mean"] == pytest.approx(np.mean(values))
    assert summary["pearson_sd"] == pytest.approx(np.std(values, ddof=1))
    alone = summarise(similarity, predicted[:1], SEED)
    assert alone["pearson_sd"] == 0.0
    assert (alone["pearson_mean"], alone["pearson_low"]) == pytest.approx((1.0, 1.0))


def test_a_class_that_is_never_predicted_counts_in_every_resample(sentiment: TaskData) -> None:
    predicted = np.zeros(24, dtype=np.int64)
    assert resampled_scores(sentiment, predicted, SEED)["f1"].max() <= 1 / 3
    assert summarise(sentiment, predicted[None], SEED)["f1_mean"] == pytest.approx(
        classification_scores([0] * 24, [0, 1, 2] * 8, 3)["f1"]
    )
