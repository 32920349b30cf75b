"""dvc.lock without the entries that cannot restore anything, and with them again."""

from pathlib import Path

import pytest
from dvc.repo import Repo

from ci.lock_file import ASIDE, LOCK, put_back, set_aside

HEAD = "schema: '2.0'\nstages:\n"


def entry(stage: str, md5: str) -> str:
    return f"  {stage}:\n    cmd: python -m stages.{stage}\n    outs:\n    - path: data/{stage}\n      md5: {md5}\n"


OLD = HEAD + entry("one", "a") + entry("two", "b") + entry("three", "c")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new clone: a lock file, and a cache that holds nothing."""
    monkeypatch.chdir(tmp_path)
    Repo.init(no_scm=True).close()
    LOCK.write_text(OLD, encoding="utf-8")
    return tmp_path


def test_entries_come_back_in_their_order_with_what_was_written_since(clone: Path) -> None:
    set_aside()
    assert not LOCK.exists()
    LOCK.write_text(HEAD + entry("three", "new") + entry("one", "a"), encoding="utf-8")
    put_back()
    assert LOCK.read_text(encoding="utf-8") == OLD.replace("md5: c", "md5: new")
    assert not ASIDE.exists()
    put_back()
    assert LOCK.read_text(encoding="utf-8") == OLD.replace("md5: c", "md5: new")


def test_the_next_run_finds_what_a_killed_one_set_aside(clone: Path) -> None:
    set_aside()
    LOCK.write_text(HEAD + entry("two", "new"), encoding="utf-8")
    Path(".dvc/cache/files/md5/aa").mkdir(parents=True)
    Path(".dvc/cache/files/md5/aa/b").touch()
    set_aside()
    assert LOCK.read_text(encoding="utf-8") == OLD.replace("md5: b", "md5: new")


def test_a_run_that_ends_before_its_first_stage_leaves_the_file_as_it_was(clone: Path) -> None:
    set_aside()
    put_back()
    assert LOCK.read_text(encoding="utf-8") == OLD


@pytest.mark.parametrize("reason", ["cache", "remote"])
def test_entries_stay_where_they_can_restore_something(clone: Path, reason: str) -> None:
    if reason == "cache":
        Path(".dvc/cache/files/md5/aa").mkdir(parents=True)
        Path(".dvc/cache/files/md5/aa/b").touch()
    else:
        with Path(".dvc/config").open("a", encoding="utf-8") as config:
            config.write("    remote = mine\n['remote \"mine\"']\n    url = /nowhere\n")
    set_aside()
    assert LOCK.read_text(encoding="utf-8") == OLD
    assert not ASIDE.exists()
