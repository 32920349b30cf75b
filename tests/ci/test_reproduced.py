"""The end of `make repro` in a repository whose metrics are, or are not, those of the last commit."""

import subprocess
from pathlib import Path

import pytest

from ci.reproduced import summary


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("metrics", "stages"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        (tmp_path / f"metrics/{name}.json").write_text("1")
    (tmp_path / "params.yaml").write_text("seed: 1\nstudents: {total: {temperature: 2.0}}\n")
    (tmp_path / "stages/a.py").write_text("")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    return tmp_path


def test_the_same_metrics_are_reproduced() -> None:
    lines = summary()
    assert lines[0] == "Reproduced: 2 of 2 files of metrics as committed."
    assert "report/index.html" in lines[1]


def test_a_difference_is_named_with_its_likely_cause(project: Path) -> None:
    (project / "metrics/a.json").write_text("2")
    (project / "metrics/new.json").write_text("2")
    start = "1 of 3 files of metrics are as committed; metrics/a.json, metrics/new.json differ. "
    assert summary()[0] == (
        f"{start}Parameters and code are as committed: another make of processor, or number of threads (docs/ci.md)."
    )
    (project / "stages/a.py").write_text("# other\n")
    assert summary()[0] == f"{start}Files that differ too: stages/a.py."
    (project / "params.yaml").write_text("seed: 1\nstudents: {total: {temperature: 4.0}}\n")
    assert summary()[0] == f"{start}Parameters that differ too: students.total.temperature."
