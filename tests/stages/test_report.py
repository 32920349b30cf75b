import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages import report
from tests.conftest import sample_params
from tests.reporting.conftest import efficiency, evaluation, write
from tests.reporting.conftest import metrics as _metrics
from tests.stages.test_export import PARAMS
from tinypt.runtime.errors import PipelineError

REPOSITORY = Path(__file__).parents[2]
metrics = _metrics
STUDENT = sample_params()["students"]["mlm_only"]
FILES = {
    "README.md",
    "index.html",
    "curves.csv",
    "summary.csv",
    "summary.json",
    "funnel.svg",
    "bits-per-character.svg",
    "loss-terms.svg",
}


@pytest.fixture
def project(metrics: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with all inputs of the stage; it is the working directory of the test."""
    folder = metrics.parent
    write_params(folder, ["partial", "total"])
    monkeypatch.chdir(folder)
    return folder


def write_params(folder: Path, students: list[str]) -> None:
    params = PARAMS | {"students": dict.fromkeys(students, STUDENT)}
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def test_the_report_is_complete_and_reproducible_without_torch(project: Path) -> None:
    report.main()
    first = {file.name: file.read_bytes() for file in (project / "report").iterdir()}
    assert first.keys() >= FILES
    page = first["README.md"].decode()
    assert "Measured on generated sample text" in page  # because the data of the task are generated
    assert "| raw | 0 | 100 | 100.0% |\n| too short | 10 | 90 | 90.0% |" in page
    assert "| documents | 100 |" in page
    assert "Changes since" not in page
    assert "Curto." not in page  # a corpus other than the sample may not be quoted
    assert first["index.html"].decode().count("<svg") == len([name for name in first if name.endswith(".svg")])
    assert json.loads(first["summary.json"])["total"]["mlm"]["published"]["loss"] == 3.3025
    shutil.rmtree("report")
    command = (
        "import runpy, sys; runpy.run_module('stages.report', run_name='__main__'); assert 'torch' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {file.name: file.read_bytes() for file in (project / "report").iterdir()} == first


def test_only_the_students_of_params_yaml_are_shown(project: Path, metrics: Path) -> None:
    write_params(project, ["total", "mine"])
    write(metrics / "mine/evaluate.json", evaluation(0.9))
    write(metrics / "mine/distill.json", {"validation_mlm": 1.5})
    (metrics / "training/mine.csv").write_text("step,validation_mlm\n1,2.0\n2,1.5\n")
    costs = efficiency()
    costs["models"]["mine"] = costs["models"]["total"]
    write(project / "data/efficiency.json", costs)
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
        ("compare.json", "compare"),
        ("../data/efficiency.json", "efficiency"),
        ("../data/select/examples.jsonl", "select"),
    ],
)
def test_a_missing_file_is_refused_and_the_old_report_stays(
    project: Path, metrics: Path, file: str, stage: str
) -> None:
    Path("report").mkdir()
    Path("report/README.md").write_text("the old one")
    (metrics / file).unlink()
    name = file.removeprefix("../")
    with pytest.raises(PipelineError, match=rf"{name}: no such file; run `dvc repro {stage}`, which writes it$"):
        report.main()
    assert Path("report/README.md").read_text() == "the old one"


def test_against_a_revision_examples_are_quoted_outside_git(project: Path) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], check=True)
    report.main("--against", "HEAD")
    page = Path("report-against/index.html").read_text(encoding="utf-8")
    assert "Curto." in page
    assert "Changes since HEAD" in page
    assert not Path("report").exists()
    ignored = (REPOSITORY / ".gitignore").read_text().splitlines(), (REPOSITORY / ".dvcignore").read_text().splitlines()
    assert all("/report-against/" in lines for lines in ignored)


def test_an_unknown_revision_leaves_nothing_behind(project: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    with pytest.raises(PipelineError, match=r"--against gone: git knows no such revision"):
        report.main("--against", "gone")
    assert not Path("report-against").exists()
