"""Several sets at once, as docs/experiments.md says: one stage a process, in one working copy or in several."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.dag.clone import Clone

STAGES = ("distill@total", "distill@mlm_only")


def _learn_slower(clone: Clone) -> None:
    params = clone.params()
    for stage in STAGES:
        params["experiments"][stage.split("@")[1]]["distill"]["learning_rate"] = 1.0e-3
    clone.write_params(params)


def _at_once(*clones: Clone) -> list[list[str]]:
    """What ran of the two stages, started together, each in its clone."""
    with ThreadPoolExecutor() as pool:
        outputs = pool.map(lambda clone, stage: clone.dvc("--wait-for-lock", "repro", "-s", stage), clones, STAGES)
        return sorted(clone.ran(output) for clone, output in zip(clones, outputs, strict=True))


def test_two_processes_in_one_working_copy(finished: Clone, tmp_path: Path) -> None:
    clone = finished.copy(tmp_path / "clone")
    _learn_slower(clone)
    assert _at_once(clone, clone) == [["distill@mlm_only"], ["distill@total"]]
    assert clone.repro("-s", *STAGES) == [], "both are in dvc.lock"


def test_two_clones_with_a_shared_cache(finished: Clone, tmp_path: Path) -> None:
    clones = [finished.copy(tmp_path / name) for name in ("one", "two")]
    for clone in clones:
        clone.dvc("cache", "dir", "--local", str(clones[0].folder / ".dvc/cache"))
        _learn_slower(clone)
    assert _at_once(*clones) == [["distill@mlm_only"], ["distill@total"]]
    for clone in clones:
        assert clone.repro("-s", *STAGES) == [], "what the other ran is restored"
