"""The pinned packages can be installed where README says, and `make` says so where not."""

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.conftest import ROOT

PINS = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M)


def _wants(name: str, version: str) -> str | None:
    """The versions of Python that an installed package wants; None if it is not installed, or in another version."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    return (found.metadata.get("Requires-Python") or "") if found.version == version else None


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_every_pin_allows_every_python_that_readme_names(python: str) -> None:
    wanted = {name: wants for name, version in PINS if (wants := _wants(name, version)) is not None}
    assert len(wanted) > 100
    assert {name: wants for name, wants in wanted.items() if not SpecifierSet(wants).contains(python)} == {}


def test_every_requirement_is_pinned_alike() -> None:
    pins = {_plain(name): version for name, version in PINS}
    for file in [*ROOT.glob("requirements*.txt"), ROOT / "ci/requirements.txt"]:
        for name, version in re.findall(r"^([\w.-]+)==(\S+)$", file.read_text(encoding="utf-8"), re.M):
            assert pins.get(_plain(name), version) == version, f"{file.name}: {name}"


def test_the_lock_has_every_requirement_as_pinned_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {_plain(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.M)}
    required = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    assert {name: locked.get(_plain(name)) for name, _ in required} == dict(required), "run `make lock`"
    pins = {_plain(name): version for name, version in PINS}
    different = {name: version for name, version in locked.items() if pins.get(name, version) != version}
    assert different == {}, "run `make lock`"
    assert "://" not in lock


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()  # PEP 503


def test_make_names_a_python_that_will_not_do(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(["make", "setup", "PYTHON=false"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr.startswith("false is not Python 3.11 or newer with venv")
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(("options", "reached"), [([], True), (["TORCH=auto"], True), ([], False)])
def test_make_installs_the_build_of_pytorch_that_was_asked_for(
    tmp_path: Path, options: list[str], reached: bool
) -> None:
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    programs = tmp_path / "programs"  # `python`, whose -m venv copies both to .venv, and `uv`; both log their arguments
    programs.mkdir()
    log = 'echo "$(basename "$0") $*" >>log\n'
    python = f'#!/bin/sh\n{log}if [ "$2" = venv ]; then mkdir -p .venv/bin && cp programs/* .venv/bin; fi\n'
    for name, text in (("python", python), ("uv", f"#!/bin/sh\n{log}exit {int(not reached)}\n")):
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    command = ["make", "setup", "PYTHON=programs/python", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    ran = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    (installed,) = (line for line in ran if line.startswith("uv pip install"))
    torch = re.search(r"^torch==\S+$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    assert torch is not None
    assert installed.endswith(f"--torch-backend {'auto' if options else 'cpu'} {torch.group()}")
    assert ran[-1] == "python -m pip install -r requirements.txt", "with or without PyTorch's own index"
    assert ("uv did not get PyTorch" in done.stderr) is not reached
