import json
from pathlib import Path

import pytest

from stages import tasks
from tinypt.evaluation.scores.predictions import read_predictions
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.runtime.errors import PipelineError

SAMPLE = """seed: 7
tasks:
  similarity: {kind: pair_regression, max_contamination: 0.0, data: {format: sample}}
  entailment: {kind: pair_classification, max_contamination: 0.0, data: {format: sample}}
  sentiment: {kind: text_classification, max_contamination: 0.0, data: {format: sample}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sample_tasks_of_every_kind(project: Path) -> None:
    (project / "params.yaml").write_text(SAMPLE)
    tasks.main()
    written = read_tasks(project / "data/tasks")
    assert list(written) == ["entailment", "sentiment", "similarity"]
    metrics = json.loads((project / "metrics/tasks.json").read_text())
    assert list(metrics) == ["similarity", "entailment", "sentiment"]
    for name, data in written.items():
        assert metrics[name]["train"]["rows"] == len(data.train) > 0
        assert metrics[name]["test"]["rows"] == len(data.test) > 0
        baselines = read_predictions(data, project / f"data/tasks/{name}/baselines.parquet", "tasks")
        assert list(baselines) == list(metrics[name]["baselines"])
        assert list(metrics[name]) == ["train", "test", "skipped", "baselines", "contamination"]
    assert metrics["sentiment"]["skipped"] == {"undecided": 5, "no_text": 0, "not_in_index": 0}
    before = {path: path.read_bytes() for path in project.rglob("*.*") if path.is_file()}
    tasks.main()
    assert {path: path.read_bytes() for path in project.rglob("*.*") if path.is_file()} == before


def test_a_failure_leaves_no_incomplete_folder(project: Path) -> None:
    missing = "{format: assin2_xml, train: missing.xml, test: missing.xml}"
    (project / "params.yaml").write_text(
        SAMPLE + f"  other: {{kind: pair_regression, max_contamination: 0.0, data: {missing}}}\n"
    )
    with pytest.raises(PipelineError, match=r"missing.xml: no such file"):
        tasks.main()
    assert list((project / "data").iterdir()) == []


@pytest.mark.parametrize("name", ["mlm", "words", "gap_recovered", "a/b"])
def test_names_that_would_clash_are_refused(project: Path, name: str) -> None:
    (project / "params.yaml").write_text(SAMPLE.replace("similarity", name))
    with pytest.raises(PipelineError, match=f"tasks.{name}: (the name is reserved|a task's name)"):
        tasks.main()
