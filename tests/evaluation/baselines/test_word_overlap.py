from pathlib import Path

import numpy as np
import pytest

from tinypt.evaluation.baselines.word_overlap import OverlapFeatures, jaccard, overlap_predictions
from tinypt.evaluation.scores.scoring import gold_labels, task_scores
from tinypt.evaluation.tasks.official import read_assin2
from tinypt.evaluation.tasks.table import Split, TaskData

FIRST = ["Um menino corre.", "O gato não dorme", "a b c d", ""]
SECOND = ["um Menino corre.", "O gato dorme", "d c b a", "!"]


def pairs(first: list[str], second: list[str]) -> Split:
    return Split([str(row) for row in range(len(first))], first, second, [1.0] * len(first))


def overlap_scores(data: TaskData) -> dict[str, float]:
    return task_scores(data, overlap_predictions(data), gold_labels(data, data.test))


def test_the_features_of_pairs() -> None:
    features = OverlapFeatures(pairs(FIRST, SECOND)).compute(pairs(FIRST, SECOND))
    assert features.shape == (4, 12)
    assert features[0] == pytest.approx([1, 1, 1, 1, 1, 1, 3, 3, 0, 0, 0, 0])  # equal except for case
    assert features[1, 3:] == pytest.approx([3 / 4, 3 / 4, 1, 4, 3, 1, 1, 0, 1])
    assert features[2, 0] == pytest.approx(1.0)
    assert features[2, 1] < 1.0  # another order
    assert features[3] == pytest.approx([0, 0, 0, 0, 0, 0, 0, 1, -1, 0, 0, 0])
    assert ((features[:, :6] >= 0) & (features[:, :6] <= 1 + 1e-12)).all()


def test_swapping_a_pair_swaps_its_sides() -> None:
    features = OverlapFeatures(pairs(FIRST, SECOND))
    there, back = features.compute(pairs(FIRST, SECOND)), features.compute(pairs(SECOND, FIRST))
    assert back[:, [0, 1, 2, 3, 5, 4, 7, 6, 8, 10, 9, 11]] * ([1] * 8 + [-1] + [1] * 3) == pytest.approx(there)


def test_weights_come_from_the_training_split() -> None:
    features = OverlapFeatures(pairs(["casa"], ["casa"]))
    assert not features.compute(pairs(["rio"], ["rio"]))[0, :3].any()


def test_jaccard() -> None:
    assert jaccard("a b", "B c") == pytest.approx(1 / 3)
    assert jaccard("", " ") == 0.0


def test_labels_are_learnt_from_overlap(similarity: TaskData, entailment: TaskData) -> None:
    assert overlap_scores(similarity)["pearson"] > 0.99
    assert overlap_scores(entailment) == {"f1": 1.0, "accuracy": 1.0}


def test_labels_of_any_scale(similarity: TaskData) -> None:
    scaled = TaskData(
        *(
            Split(split.ids, split.first, split.second, [100 * float(label) for label in split.labels])
            for split in (similarity.train, similarity.test)
        )
    )
    scores, hundredfold = overlap_scores(similarity), overlap_scores(scaled)
    assert hundredfold["pearson"] == pytest.approx(scores["pearson"])
    assert hundredfold["mse"] == pytest.approx(1e4 * scores["mse"])


def test_one_score_everywhere(similarity: TaskData) -> None:
    flat = [3.0] * len(similarity.train)
    train = Split(similarity.train.ids, similarity.train.first, similarity.train.second, flat)
    scores = overlap_scores(TaskData(train, similarity.test))
    assert scores["pearson"] == 0.0
    assert scores["mse"] == pytest.approx(np.mean((np.array([5.0, 1.5]) - 3) ** 2))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("pair_regression", {"pearson": 0.714, "mse": 0.629}), ("pair_classification", {"f1": 0.783, "accuracy": 0.783})],
)
@pytest.mark.long
def test_official_assin2(real_data: Path, kind: str, expected: dict[str, float]) -> None:
    folder = real_data / "assin2"
    data, _ = read_assin2(folder / "assin2-train-only.xml", folder / "assin2-test.xml", kind)  # type: ignore[arg-type]
    assert overlap_scores(data) == pytest.approx(expected, abs=2e-3)
