"""No process outlives the one that it works for."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
STAGE = """
import os, pathlib, time
from tinypt.runtime.run import run
def main():
    pathlib.Path("stage.pid").write_text(str(os.getpid()))
    time.sleep(60)
run(main)
"""
POOL = """
import pathlib, sys
from tests.on_shards import note_process_and_wait
from tinypt.executors import LOCAL, run
if __name__ == "__main__":
    list(run(note_process_and_wait, [pathlib.Path("one"), pathlib.Path("two")], LOCAL, 2))
"""


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DVC_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return inherited | {"PYTHONPATH": str(REPOSITORY), "PATH": path, "DVC_NO_ANALYTICS": "1"}


def _process(file: Path) -> int:
    """The process that wrote its number into `file`."""
    deadline = time.monotonic() + 60
    while not (file.exists() and file.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(file.read_text(encoding="utf-8"))


def _ended(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def _ends(process: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _ended(process):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash", None])  # DVC runs a stage in the shell named by SHELL
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_dvc_leaves_no_stage_running(tmp_path: Path, kill: signal.Signals, shell: str | None) -> None:
    if shell and not Path(shell).exists():
        pytest.skip(f"this system has no {shell}")
    environment = {name: value for name, value in _environment().items() if name != "SHELL"}
    environment |= {"SHELL": shell} if shell else {}
    (tmp_path / "example.py").write_text(STAGE, encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text("stages: {example: {cmd: python example.py}}\n", encoding="utf-8")
    dvc = [sys.executable, "-m", "dvc"]
    subprocess.run([*dvc, "init", "-q", "--no-scm"], cwd=tmp_path, env=environment, check=True)
    with subprocess.Popen([*dvc, "repro", "-q"], cwd=tmp_path, env=environment) as repro:
        stage = _process(tmp_path / "stage.pid")
        repro.send_signal(kill)
        repro.wait()
        assert _ends(stage, 10)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_a_dvc_that_is_killed_while_its_stage_imports_leaves_none_running(tmp_path: Path) -> None:
    """The import of a large library is replaced by one that waits."""
    (tmp_path / "torch.py").write_text(
        "import os, pathlib, time\npathlib.Path('stage.pid').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    command = (
        f"cd {tmp_path} && PYTHONPATH={tmp_path}:{REPOSITORY} DVC_STAGE=teacher {sys.executable} -m stages.teacher"
    )
    program = f"import subprocess; subprocess.run(['/bin/sh', '-c', {command!r}])"
    with subprocess.Popen([sys.executable, "-c", program], env=_environment()) as repro:
        stage = _process(tmp_path / "stage.pid")
        repro.kill()
        repro.wait()
        assert _ends(stage, 10)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_a_stage_started_by_hand_outlives_its_shell(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(STAGE, encoding="utf-8")
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{sys.executable} example.py & wait"], cwd=tmp_path, env=_environment()
    ) as shell:
        stage = _process(tmp_path / "stage.pid")
        shell.kill()
        shell.wait()
        assert not _ends(stage, 3)
        os.kill(stage, signal.SIGKILL)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_a_killed_stage_leaves_no_worker_running(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(POOL, encoding="utf-8")
    with subprocess.Popen([sys.executable, "pool.py"], cwd=tmp_path, env=_environment()) as stage:
        workers = [_process(tmp_path / f"{name}.pid") for name in ("one", "two")]
        stage.kill()
        stage.wait()
        assert all(_ends(worker, 10) for worker in workers)
