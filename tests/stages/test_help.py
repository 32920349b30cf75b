"""`python -m stages.<name> --help`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tinypt.runtime.help import stage_help

STAGES = sorted(set((ROOT / "stages").glob("*.py")) - {ROOT / "stages/__init__.py"})


@pytest.mark.parametrize("file", STAGES, ids=lambda file: file.stem)
def test_every_stage_says_how_it_is_called_and_what_it_writes(file: Path) -> None:
    text = stage_help(file)
    assert text.startswith(f"usage: python -m stages.{file.stem}")
    assert {"writes", "Writes", "written:"} & set(text.split())


def test_help_comes_without_the_stages_packages() -> None:
    """Without site-packages, so that an import of PyTorch or any other package would fail."""
    command = [sys.executable, "-S", "-m", "stages.export", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == stage_help(ROOT / "stages/export.py") + "\n"
    assert done.stdout.startswith("usage: python -m stages.export <name>\n\nMake the release of one student")
