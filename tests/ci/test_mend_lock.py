"""A dvc.lock that a kill has cut short does not stop every later command."""

import shutil
import subprocess
from pathlib import Path

import pytest
from dvc.repo import Repo

from ci.mend_lock import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's dvc.lock, committed in a repository of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "dvc.lock", tmp_path)
    user = ["-c", "user.name=t", "-c", "user.email=t@t"]
    for command in (["init", "-q"], ["add", "dvc.lock"], [*user, "commit", "-q", "-m", "lock"]):
        subprocess.run(["git", *command], check=True)
    return tmp_path / "dvc.lock"


def _cuts(content: bytes) -> list[bytes]:
    """Empty, cut in the middle of a key, a value, a mapping and a list, and with bytes that are no text."""
    middle = content.index(b"\n    - path: ", len(content) // 2)
    places = [0, 3, middle + 9, content.index(b"md5: ") + 3, content.index(b"deps:") + 5]
    return [*(content[:place] for place in places), content.replace(b"stages", b"\xff\xfe", 1)]


def test_a_damaged_lock_file_is_replaced_and_others_are_not(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed = lock.read_bytes()
    for cut in _cuts(committed):
        lock.write_bytes(cut)
        main()
        said = capsys.readouterr().out
        assert said.startswith("dvc.lock was damaged")
        assert lock.read_bytes() == committed
    newer = committed + b"  new:\n    cmd: python -m stages.new\n"
    lock.write_bytes(newer)
    main()
    assert lock.read_bytes() == newer
    assert capsys.readouterr().out == ""


def test_without_a_committed_one_it_is_removed(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "update-ref", "-d", "HEAD"], check=True)
    lock.write_bytes(b"")
    main()
    assert not lock.exists()
    assert "removed" in capsys.readouterr().out


def test_no_lock_file_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    main()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'{"write": {"data/ra', b"[]", b"\xff", None])
def test_a_damaged_list_of_files_in_use_is_removed(
    lock: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """DVC refuses every stage with one that is empty, as a kill leaves it."""
    Repo.init(no_scm=True).close()
    lock.unlink()
    (lock.parent / "dvc.yaml").write_text("stages: {one: {cmd: touch one, outs: [one]}}\n", encoding="utf-8")
    rwlock = lock.parent / ".dvc/tmp/rwlock"
    rwlock.parent.mkdir(exist_ok=True)
    rwlock.write_bytes(b'{"write": {}, "read": {}}' if content is None else content)
    main()
    assert rwlock.exists() == (content is None)
    assert ("rwlock was damaged" in capsys.readouterr().out) == (content is not None)
    with Repo() as repo:
        assert [stage.name for stage in repo.reproduce()] == ["one"]


def test_a_lock_file_that_dvc_writes_just_now_is_left_alone(
    lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Repo.init(no_scm=True).close()
    monkeypatch.setattr("dvc.lock.DEFAULT_TIMEOUT", 0.1)
    half = _cuts(lock.read_bytes())[2]
    lock.write_bytes(half)
    with Repo() as writer, writer.lock:
        main()
    assert lock.read_bytes() == half
    assert capsys.readouterr().out == "dvc.lock is left alone: another DVC writes it\n"
