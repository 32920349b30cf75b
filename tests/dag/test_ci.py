"""CI's scripts in a clone, as a runner starts them: without data, with the cache of an earlier run."""

import shutil
from pathlib import Path

import pytest

from tests.dag.clone import Clone

TEMPERATURE = "/^  total:/,/temperature/ s/temperature: 2.0/temperature: 4.0/"


@pytest.fixture
def clone(finished: Clone, tmp_path: Path) -> Clone:
    """A fresh `git clone`: no data, no cache."""
    return finished.git_clone(tmp_path / "clone")


@pytest.mark.long
def test_the_drift_check_needs_no_data_and_names_what_changed(clone: Clone) -> None:
    drift = ("python", "-m", "ci.drift")
    assert clone.run(*drift) == "dvc.lock agrees with code, parameters and metrics\n"

    clone.run("sed", "-i", TEMPERATURE, "params.yaml")
    (clone.folder / "stages/split.py").write_text("# another splitting\n", encoding="utf-8")
    (clone.folder / "metrics/clean.json").write_text("{}", encoding="utf-8")
    result = clone.attempt(*drift)
    assert result.returncode == 1
    found = set(result.stdout.splitlines())
    assert found >= {
        "clean: out metrics/clean.json is modified",
        "distill@total: parameter students.total is modified",
        "split: dep stages/split.py is modified",
    }
    assert {line.split(":")[0] for line in found} <= {"clean", "split", *clone.downstream("distill@total")}
    assert result.stderr == "run `dvc repro` and commit dvc.lock, metrics/ and report/\n"


@pytest.mark.long
def test_a_pull_request_runs_what_changed_and_reports_it(finished: Clone, clone: Clone, tmp_path: Path) -> None:
    """It has the cache of the target's last run and a remote; the author applies the resulting patch."""
    shutil.copytree(finished.folder / ".dvc/cache", clone.folder / ".dvc/cache")
    clone.run("ci/pipeline.sh", "origin/main")
    summary = (clone.folder / ".cache/ci/summary.md").read_text(encoding="utf-8")
    assert "Stages run: none, all restored." in summary
    assert "None changed in the first four digits." in summary
    assert (clone.folder / ".cache/ci/result.patch").read_text(encoding="utf-8") == ""

    clone.run("sed", "-i", TEMPERATURE, "params.yaml")
    clone.commit("warmer")
    storage = tmp_path / "storage"
    result = clone.attempt("ci/pipeline.sh", "origin/main", DVC_REMOTE_URL=str(storage))
    assert result.returncode == 0, result.stderr
    assert "| `students.total.distill.temperature` | 2.0 | 4.0 |" in result.stdout
    assert "| total | assin2_similarity.frozen |" in result.stdout
    assert "| semantic |" not in result.stdout
    ran = result.stdout.split("Stages run: ")[1]
    assert {name.strip("`.\n") for name in ran.split()} == clone.downstream("distill@total")
    assert "validation_mlm" in (clone.folder / ".cache/ci/plots/index.html").read_text(encoding="utf-8")

    author = clone.git_clone(tmp_path / "author")
    author.git("apply", str(clone.folder / ".cache/ci/result.patch"))
    author.dvc("remote", "add", "--local", "--default", "ci", str(storage))
    author.dvc("pull")
    assert author.repro() == [], "CI's results are not computed again"
