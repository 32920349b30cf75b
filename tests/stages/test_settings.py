"""Arithmetic of the stages: the same for any number of cores."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stages import SETTINGS
from tests.conftest import ROOT

CODE = "import stages.check, torch; print(torch.get_num_threads())"


@pytest.mark.parametrize(("given", "threads"), [({}, "1"), ({"OMP_NUM_THREADS": "2"}, "2")])
def test_a_stage_has_one_thread_unless_the_environment_says_otherwise(given: dict[str, str], threads: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS} | given
    command = [sys.executable, "-c", CODE]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.split() == [threads]


def test_another_python_gives_one_line() -> None:
    """Without site-packages, as the system's Python is for one who did not activate the environment."""
    command = [sys.executable, "-S", "-m", "stages.check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{sys.executable} is not the project's Python")
    assert result.stderr.endswith("run `make repro`, or first `source .venv/bin/activate`\n")
    assert result.stderr.count("\n") == 1


def test_an_interrupt_while_a_stage_imports_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    command, environment = [sys.executable, "-m", "stages.teacher"], os.environ | {"PYTHONPATH": str(tmp_path)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGINT
    assert result.stderr == "interrupted; run it again to continue after the last finished part\n"
