"""The commands of README and of the page on the real run, in a shell that knows no virtual environment."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = ("README.md", "README.pt-BR.md", "docs/real-run.md")
BLOCKS = [
    (page, block)
    for page in PAGES
    for block in re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)
]
RUN = ("source", "export", "cd", "cp")  # commands that are run; of the others, the program must be found
INSTALLED = "tinypt"  # by `pip install .` in the same block; tests/test_package.py runs it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working copy after `make setup`, but for params.yaml, which the commands write."""
    if not Path(sys.prefix, "bin/activate").is_file():
        pytest.skip("the tests do not run in a virtual environment")
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name not in ("params.yaml", "data", "models", "metrics", "report"):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name not in ("installed", "checks"):
            (tmp_path / ".venv" / path.name).symlink_to(path)
    for mark in ("installed", "checks"):
        (tmp_path / ".venv" / mark).touch()
    return tmp_path


def _bash(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        ["/bin/bash", "-e"], input=script, cwd=folder, env=bare, capture_output=True, text=True, check=False
    )


def _dry(command: str) -> str:
    words = command.split()
    if words[0] in RUN:
        return command
    if words[0] == INSTALLED:
        return "true"
    return f"make --dry-run {words[1]}" if words[0] == "make" else f"command -v {words[0]}"


def test_the_pages_have_commands() -> None:
    assert {page for page, _ in BLOCKS} == set(PAGES)


@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_every_program_is_found(folder: Path, page: str, block: str) -> None:
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    script = "\n".join(" && ".join(map(_dry, line.split(" && "))) for line in lines if line)
    done = _bash(folder, script)
    assert done.returncode == 0, f"{page}:\n{block}\n{done.stdout[-500:]}{done.stderr}"


def test_python_is_not_found_without_the_environment(folder: Path) -> None:
    """The check above can fail: a program of the environment is not found by chance."""
    assert _bash(folder, _dry("dvc repro")).returncode != 0


def test_make_runs_stages_without_an_activated_environment(folder: Path) -> None:
    done = _bash(folder, "cp params/sample.yaml params.yaml && make plan")
    assert done.returncode == 0, done.stderr
    assert "| tokenize@base |" in done.stdout


def test_make_plan_of_another_corpus_names_the_command_that_works(folder: Path) -> None:
    done = _bash(folder, "cp params/real-text.yaml params.yaml && sed -i 's/$TINYPT_/x/' params.yaml && make plan")
    assert done.returncode != 0
    (command,) = re.findall("run `(.*? GIGABYTES)`", done.stderr)
    done = _bash(folder, f"source .venv/bin/activate\n{command.replace('GIGABYTES', '0.1')}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0.1 GB of text\n")
