"""`pip install .`: what the wheel contains."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.test_requirements import PINS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_wheel_holds_every_module_and_the_shipped_model(release: Path, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("tinypt", "stages"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
    shutil.copytree(release, tmp_path / "preview")
    shutil.copytree(ROOT / "tests/inference", tmp_path / "tests/inference", ignore=ignored)
    code = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    kept = ("tinypt", "stages", "preview")
    assert names == {
        str(file.relative_to(tmp_path)) for folder in kept for file in (tmp_path / folder).rglob("*") if file.is_file()
    }


def test_the_command_exists_and_its_packages_are_those_of_the_pipeline() -> None:
    module, name = PROJECT["scripts"]["tinypt"].split(":")
    assert callable(getattr(import_module(module), name))
    pins = dict(PINS)
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert pins[requirement.name] in requirement.specifier
