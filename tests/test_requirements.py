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
    return (found.metadata["Requires-Python"] or "") if found.version == version else None


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_every_pin_allows_every_python_that_readme_names(python: str) -> None:
    wanted = {name: wants for name, version in PINS if (wants := _wants(name, version)) is not None}
    assert len(wanted) > 100
    assert {name: wants for name, wants in wanted.items() if not SpecifierSet(wants).contains(python)} == {}


def test_every_requirement_is_pinned_alike() -> None:
    pins = {name.lower().replace("_", "-"): version for name, version in PINS}
    for file in [*ROOT.glob("requirements*.txt"), ROOT / "ci/requirements.txt"]:
        for name, version in re.findall(r"^([\w.-]+)==(\S+)$", file.read_text(encoding="utf-8"), re.M):
            assert pins.get(name.lower().replace("_", "-"), version) == version, f"{file.name}: {name}"


def test_make_names_a_python_that_will_not_do(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(["make", "setup", "PYTHON=false"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr.startswith("false is not Python 3.11 or newer with venv")
    assert not (tmp_path / ".venv").exists()
