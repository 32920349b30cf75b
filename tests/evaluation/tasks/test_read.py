from pathlib import Path

import pytest

from tinypt.evaluation.tasks.read import read_data
from tinypt.params.tasks import Assin2Data, Kind, SampleData, Task
from tinypt.runtime.errors import PipelineError


@pytest.mark.parametrize("kind", ["pair_regression", "pair_classification", "text_classification"])
def test_sample_data_of_every_kind_depend_only_on_the_seed(kind: Kind) -> None:
    task = Task(kind, 0.0, SampleData("sample"))
    data, skipped = read_data(task, seed=1)
    assert data.is_regression == (kind == "pair_regression")
    assert (data.train.second is None) == (kind == "text_classification")
    assert read_data(task, seed=1) == (data, skipped)
    assert read_data(task, seed=2)[0] != data


def test_missing_files_are_named(tmp_path: Path) -> None:
    task = Task("pair_regression", 0.0, Assin2Data("assin2_xml", tmp_path / "train.xml", tmp_path / "test.xml"))
    with pytest.raises(PipelineError, match=r"train\.xml: no such file"):
        read_data(task, seed=1)
