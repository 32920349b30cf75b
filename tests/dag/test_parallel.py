"""Several students at once, as docs/experiments.md describes: in one working copy, in two, and from a queue."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.dag.clone import Clone

STAGES = ("distill@total", "distill@semantic")


def _learn_slower(clone: Clone) -> None:
    params = clone.params()
    for stage in STAGES:
        params["students"][stage.split("@")[1]]["distill"]["learning_rate"] = 1.0e-3
    clone.write_params(params)


def _at_once(*clones: Clone) -> list[list[str]]:
    """Stages that each of two processes ran. Both start together, with one stage each, in their clones."""
    with ThreadPoolExecutor() as pool:
        outputs = pool.map(lambda clone, stage: clone.dvc("--wait-for-lock", "repro", "-s", stage), clones, STAGES)
        return sorted(clone.ran(output) for clone, output in zip(clones, outputs, strict=True))


@pytest.mark.long
def test_two_processes_in_one_working_copy(finished: Clone, tmp_path: Path) -> None:
    clone = finished.copy(tmp_path / "clone")
    _learn_slower(clone)
    assert _at_once(clone, clone) == [["distill@semantic"], ["distill@total"]]
    assert clone.repro("-s", *STAGES) == [], "both are in dvc.lock"


@pytest.mark.long
def test_two_clones_with_a_shared_cache(finished: Clone, tmp_path: Path) -> None:
    clones = [finished.copy(tmp_path / name) for name in ("one", "two")]
    for clone in clones:
        clone.dvc("cache", "dir", "--local", str(clones[0].folder / ".dvc/cache"))
        _learn_slower(clone)
    assert _at_once(*clones) == [["distill@semantic"], ["distill@total"]]
    for clone in clones:
        assert clone.repro("-s", *STAGES) == [], "the other clone's result is restored"


def _changed(clone: Clone, *revisions: str) -> dict[str, tuple[float, float]]:
    """Parameters that differ, old and new."""
    difference = json.loads(clone.dvc("params", "diff", *revisions, "--json"))
    return {key: (values["old"], values["new"]) for key, values in difference["params.yaml"].items()}


@pytest.mark.long
def test_a_queue_with_two_workers(finished: Clone, tmp_path: Path) -> None:
    """Variants of one student, each in a copy of the project. The workspace changes only when one is applied."""
    clone = finished.copy(tmp_path / "clone")
    decay = "students.semantic.distill.weight_decay"
    clone.dvc("exp", "run", "--queue", "--name", "decay", "--set-param", f"{decay}=0.0,0.1", "distill@semantic")
    for _ in range(3):  # DVC waits for ever if a worker ends early, as on a slow machine; a second start takes the rest
        with suppress(subprocess.TimeoutExpired):
            clone.attempt("python", "-m", "dvc", "exp", "run", "--run-all", "--jobs", "2", timeout=240)
        if clone.dvc("queue", "status").count("Success") == 2:
            break
    assert clone.dvc("queue", "status").count("Success") == 2
    assert clone.git("status", "--porcelain") == ""

    clone.dvc("exp", "apply", "decay-2")
    assert _changed(clone, "main") == {decay: (0.01, 0.1)}
    assert clone.repro("distill@semantic") == [], "a worker's result is not computed again"
    clone.dvc("exp", "branch", "decay-1", "try/no-decay")
    clone.dvc("exp", "remove", "--all-commits")
    assert clone.dvc("exp", "list") == ""
    assert _changed(clone, "main", "try/no-decay") == {decay: (0.01, 0.0)}
