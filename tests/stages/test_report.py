import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import report
from tests.reporting.conftest import evaluation, write
from tests.reporting.conftest import metrics as _metrics
from tests.stages.test_export import NO_LAYERS, PARAMS, TRAINING
from tinypt.errors import PipelineError

REPOSITORY = Path(__file__).parents[2]
metrics = _metrics
SET: dict[str, Any] = {
    "student": {
        "tokenizer": "teacher",
        "vocabulary": "full",
        "embeddings": "random",
        "encoder": "random",
        "architecture": None,
    },
    "distill": TRAINING | {"losses": {"mlm": 1.0}, "temperature": None} | NO_LAYERS,
}
FILES = ["README.md", "funnel.svg", "headline.svg", "summary.csv", "summary.json", "training.svg"]


@pytest.fixture
def project(metrics: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with everything the stage reads, and the working directory of the test."""
    folder = metrics.parent
    write_params(folder, ["partial", "total"])
    for name, counts in {
        "download": {"documents": 100},
        "clean": {"documents": 100},
        "select": {"documents_out": 80},
        "split": {"test": 8},
    }.items():
        write(metrics / f"{name}.json", counts)
    funnel = "rule,documents_dropped,documents_left\ntoo_short,10,90\nnear_duplicate,10,80\n"
    (metrics / "funnel.csv").write_text(funnel, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def write_params(folder: Path, sets: list[str]) -> None:
    params = PARAMS | {"experiments": dict.fromkeys(sets, SET)}
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def test_the_report_is_written_whole(project: Path) -> None:
    report.main()
    assert sorted(os.listdir("report")) == FILES
    page = Path("report/README.md").read_text(encoding="utf-8")
    assert "Measured on generated sample text" in page  # the task's data are
    assert "| raw | 0 | 100 | 100.0% |\n| too short | 10 | 90 | 90.0% |" in page
    assert "| documents | 100 |" in page
    assert json.loads(Path("report/summary.json").read_text())["total"]["mlm"]["published"]["loss"] == 3.3025


def test_the_same_bytes_again_without_torch(project: Path) -> None:
    report.main()
    first = {name: (project / "report" / name).read_bytes() for name in FILES}
    shutil.rmtree("report")
    command = (
        "import runpy, sys; runpy.run_module('stages.report', run_name='__main__'); assert 'torch' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {name: (project / "report" / name).read_bytes() for name in FILES} == first


def test_the_sets_of_params_yaml_and_no_others_are_shown(project: Path, metrics: Path) -> None:
    write_params(project, ["total", "mine"])
    write(metrics / "mine/evaluate.json", evaluation(0.9))
    write(metrics / "mine/distill.json", {"validation_mlm": 1.5})
    (metrics / "training/mine.csv").write_text("step,validation_mlm\n1,2.0\n2,1.5\n")
    report.main()
    page = Path("report/README.md").read_text(encoding="utf-8")
    assert "\n| mine | 1.5000 |" in page
    assert "\n| partial |" not in page


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        ("download.json", "download"),
        ("clean.json", "clean"),
        ("funnel.csv", "select"),
        ("split.json", "split"),
        ("tasks.json", "tasks"),
        ("base/evaluate.json", "reference@base"),
        ("total/evaluate.json", "evaluate@total"),
        ("training/total.csv", "distill@total"),
    ],
)
def test_a_missing_file_is_refused_and_the_old_report_stays(
    project: Path, metrics: Path, file: str, stage: str
) -> None:
    report.main()
    (metrics / file).unlink()
    with pytest.raises(PipelineError, match=rf"metrics/{file}: no such file; run `dvc repro {stage}`"):
        report.main()
    assert sorted(os.listdir("report")) == FILES


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("rule,documents_dropped,documents_left\n", "is empty"),
        ("rule,documents_dropped,documents_left\ntoo_short,1,many\n", "holds what is no count"),
        ("rule\ntoo_short\n", "has no column documents_dropped"),
    ],
)
def test_a_broken_funnel_is_refused(project: Path, metrics: Path, content: str, message: str) -> None:
    (metrics / "funnel.csv").write_text(content)
    with pytest.raises(PipelineError, match=rf"funnel.csv: {message}.*dvc repro select"):
        report.main()
