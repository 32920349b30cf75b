"""A dvc.lock that a kill has cut short does not stop every later command."""

import shutil
import subprocess
from pathlib import Path

import pytest

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
