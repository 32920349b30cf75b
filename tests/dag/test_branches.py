"""Daily life with the pipeline: a branch that changes one parameter, its diff, the merge, and a colleague's clone."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.dag.clone import Clone


def _changed(difference: dict[str, dict[str, Any]]) -> list[list[str]]:
    """The parts of the path and key of every number that differs, from `dvc metrics diff --json`."""
    return [
        f"{Path(path).with_suffix('')}/{key}".replace(".", "/").split("/")
        for path in difference
        for key in difference[path]
    ]


@pytest.fixture(scope="module")
def clone(finished: Clone, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A copy of the clone in which the pipeline has run."""
    return finished.copy(tmp_path_factory.mktemp("branches") / "clone")


@pytest.mark.long
def test_a_branch_with_one_changed_parameter(clone: Clone) -> None:
    clone.git("switch", "-q", "-c", "warmer")
    clone.run("sed", "-i", "/^  total:/,/temperature/ s/temperature: 2.0/temperature: 4.0/", "params.yaml")
    ran = clone.repro()
    assert set(ran) == clone.downstream("distill@total")
    assert {name.split("@")[1] for name in ran if "@" in name} == {"total"}
    clone.commit("total at temperature 4")

    changed = _changed(json.loads(clone.dvc("metrics", "diff", "main", "--json")))
    assert [key for key in changed if "total" not in key] == []
    assert ["metrics", "total", "scores", "mlm_loss"] in changed
    assert len(changed) <= 12
    assert json.loads(clone.dvc("params", "diff", "main", "--json")) == {
        "params.yaml": {"students.total.distill.temperature": {"old": 2.0, "new": 4.0, "diff": 2.0}}
    }

    clone.git("switch", "-q", "main")
    assert clone.repro() == [], "the cache holds the outputs of main"
    assert clone.git("status", "--porcelain") == ""
    clone.git("merge", "-q", "warmer")
    assert clone.repro() == []
    assert clone.git("status", "--porcelain") == ""


@pytest.mark.long
def test_data_is_on_disk_once_and_never_written_through(clone: Clone) -> None:
    """Outputs are links into the cache. Stages that ran again left the content of every cached file as it was."""
    cached = [path for path in (clone.folder / ".dvc/cache/files/md5").glob("??/*") if path.suffix != ".dir"]
    for path in cached:
        with path.open("rb") as stream:
            assert hashlib.file_digest(stream, "md5").hexdigest() == path.parent.name + path.name
    inodes = {path.stat().st_ino for path in cached}
    linked: dict[str, bool] = {}
    for path in (path for folder in ("data", "models") for path in (clone.folder / folder).rglob("*")):
        if path.is_file() and path.name != ".gitignore" and path.stat().st_size:  # DVC makes empty files anew
            content = hashlib.md5(path.read_bytes()).hexdigest()
            linked[content] = linked.get(content, False) or path.stat().st_ino in inodes
    assert linked
    assert all(linked.values()), "of files with the same content, such as a vocabulary, DVC links one"


@pytest.mark.long
def test_a_colleagues_clone(clone: Clone, tmp_path: Path) -> None:
    """A second clone with the same remote and no cache runs nothing; a changed repair runs what follows from it."""
    clone.dvc("remote", "add", "--default", "storage", str(tmp_path / "storage"))
    clone.commit("a remote")
    clone.dvc("push")
    other = clone.git_clone(tmp_path / "other")
    other.dvc("pull")
    assert other.repro() == []
    assert other.git("status", "--porcelain") == ""

    params = other.params()
    params["clean"]["repairs"].remove("urls")
    other.write_params(params)
    ran = other.repro("tokenize@teacher", "sentences")
    assert ran == [stage for stage in ran if stage in other.downstream("clean")]
    assert set(ran) >= {"clean", "select", "split", "tokenize@teacher", "sentences"}
