from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap

from tinypt.evaluation.scores.comparison import Resampled, compare, compare_all, gap_recovered
from tinypt.evaluation.scores.metrics import pearson
from tinypt.evaluation.tasks.table import Split, TaskData

SEED, ROWS = 13, 400


@pytest.fixture(scope="module")
def data() -> TaskData:
    random = np.random.default_rng(1)
    names = [str(row) for row in range(ROWS)]
    test = Split(names, names, names, random.normal(size=ROWS).tolist())
    return TaskData(replace(test, ids=[f"train-{name}" for name in names]), test)


def noisy(data: TaskData, share: float, seeds: int = 3, shared: int = 2) -> NDArray[np.float64]:
    """Predictions with noise of size `share`, most of it common to all training seeds, a tenth specific to each."""
    gold = np.array(data.test.labels)
    common = np.random.default_rng(shared).normal(size=ROWS)
    own = np.random.default_rng(3).normal(size=(seeds, ROWS))
    return gold + share * common + 0.1 * share * own


def test_the_difference_is_between_means_over_seeds(data: TaskData) -> None:
    left, right = noisy(data, 0.5), noisy(data, 1.0)
    entry = compare(Resampled(data, left, SEED), Resampled(data, right, SEED))
    gold = np.array(data.test.labels)
    expected = np.mean([pearson(row, gold) for row in left]) - np.mean([pearson(row, gold) for row in right])
    assert entry["difference"] == pytest.approx(expected)
    assert entry["low"] < entry["difference"] < entry["high"]
    assert entry["verdict"] == "better"


def test_exchanging_the_systems_mirrors_the_entry(data: TaskData) -> None:
    left, right = Resampled(data, noisy(data, 0.5), SEED), Resampled(data, noisy(data, 1.0), SEED)
    there, back = compare(left, right), compare(right, left)
    assert (back["low"], back["high"]) == pytest.approx((-there["high"], -there["low"]))
    assert back["verdict"] == "worse"


def test_a_system_is_equal_to_itself(data: TaskData) -> None:
    one = Resampled(data, noisy(data, 0.5), SEED)
    assert compare(one, one) == {"difference": 0.0, "low": 0.0, "high": 0.0, "verdict": "no difference shown"}


def test_the_interval_for_one_seed_matches_scipy(data: TaskData) -> None:
    gold = np.array(data.test.labels)
    left, right = noisy(data, 0.8, seeds=1), noisy(data, 0.9, seeds=1, shared=5)
    entry = compare(Resampled(data, left, SEED), Resampled(data, right, SEED))

    def difference(one: NDArray[np.float64], other: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
        return pearson(one, truth) - pearson(other, truth)

    interval = bootstrap(
        (left[0], right[0], gold),
        difference,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=1000,
        rng=2,
    ).confidence_interval
    assert (entry["low"], entry["high"]) == pytest.approx(tuple(interval), abs=0.01)


def test_pairing_detects_differences_between_overlapping_intervals(data: TaskData) -> None:
    """Two systems find the same rows hard: their intervals overlap widely, yet the difference is certain."""
    left, right = Resampled(data, noisy(data, 1.0), SEED), Resampled(data, noisy(data, 1.1), SEED)
    assert np.percentile(left.values, 2.5) < np.percentile(right.values, 97.5)
    assert compare(left, right)["verdict"] == "better"


def test_the_gap_from_untrained_to_teacher(data: TaskData) -> None:
    teacher, untrained = Resampled(data, noisy(data, 0.3), SEED), Resampled(data, noisy(data, 2.0), SEED)
    student = Resampled(data, noisy(data, 1.0), SEED)
    found = gap_recovered(student, untrained, teacher)
    assert found is not None
    assert found["value"] == pytest.approx((student.score - untrained.score) / (teacher.score - untrained.score))
    assert found["low"] < found["value"] < found["high"]
    assert gap_recovered(teacher, untrained, teacher) == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert gap_recovered(untrained, untrained, teacher) == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert gap_recovered(student, untrained, untrained) is None
    assert gap_recovered(student, teacher, untrained) is None


def test_equal_systems_rarely_differ(data: TaskData) -> None:
    """Two systems with noise from the same distribution in rows and seeds: verdicts are few."""
    gold, verdicts = np.array(data.test.labels)[:60], 0
    small = TaskData(data.train, Split(data.test.ids[:60], data.test.first[:60], data.test.second, gold.tolist()))
    for trial in range(80):
        random = np.random.default_rng(trial)
        sides = [gold + random.normal(size=60) + 0.3 * random.normal(size=(3, 60)) for _ in range(2)]
        entry = compare(*(Resampled(small, side, trial) for side in sides))
        verdicts += entry["verdict"] != "no difference shown"
    assert 0 < verdicts <= 10  # 4 are expected; percentile intervals over few rows are slightly too narrow


def test_every_model_is_compared_with_every_other_system(data: TaskData) -> None:
    one = Resampled(data, noisy(data, 0.5), SEED)
    systems = dict.fromkeys(["teacher", "untrained", "a", "b", "constant"], one)
    found = compare_all(systems, ["teacher", "untrained", "a", "b"])
    assert {left: list(rights) for left, rights in found.items()} == {
        "teacher": ["untrained", "a", "b", "constant"],
        "untrained": ["teacher", "a", "b", "constant"],
        "a": ["teacher", "untrained", "b", "constant"],
        "b": ["teacher", "untrained", "a", "constant"],
    }
