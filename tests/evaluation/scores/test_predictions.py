from pathlib import Path

import numpy as np
import pytest

from tinypt.evaluation.scores.predictions import by_protocol, read_predictions, write_predictions
from tinypt.evaluation.tasks.table import TaskData
from tinypt.runtime.errors import PipelineError


def test_round_trip(similarity: TaskData, sentiment: TaskData, tmp_path: Path) -> None:
    scores, classes = np.linspace(-1, 1, 24), np.arange(24) % 3
    for data, predicted in ((similarity, scores), (sentiment, classes)):
        write_predictions(data, {"frozen": predicted, "finetune_7": predicted[::-1]}, tmp_path / "p.parquet")
        found = read_predictions(data, tmp_path / "p.parquet", "evaluate@x")
        assert list(found) == ["frozen", "finetune_7"]
        assert found["frozen"].tolist() == predicted.tolist()
        assert found["finetune_7"].tolist() == predicted[::-1].tolist()


def test_seeds_of_a_protocol_are_stacked() -> None:
    columns = {
        "frozen": np.zeros(3),
        "finetune_1": np.ones(3),
        "finetune_22": np.full(3, 2.0),
        "task_distillation_1": np.ones(3),
        "char_ngrams": np.ones(3),
    }
    found = by_protocol(columns)
    assert {name: rows.shape for name, rows in found.items()} == {
        "frozen": (1, 3),
        "finetune": (2, 3),
        "task_distillation": (1, 3),
        "char_ngrams": (1, 3),
    }
    assert found["finetune"][:, 0].tolist() == [1.0, 2.0]


def test_files_that_are_missing_damaged_or_for_other_rows_are_named(similarity: TaskData, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    with pytest.raises(PipelineError, match=r"p\.parquet: no table of predictions here; run `dvc repro evaluate@x`"):
        read_predictions(similarity, path, "evaluate@x")
    path.write_bytes(b"PAR1 cut short")
    with pytest.raises(PipelineError, match="no table of predictions here"):
        read_predictions(similarity, path, "evaluate@x")
    write_predictions(similarity, {}, path)
    other = TaskData(similarity.test, similarity.train)
    with pytest.raises(PipelineError, match="written for other test rows; run `dvc repro evaluate@x` again"):
        read_predictions(other, path, "evaluate@x")
