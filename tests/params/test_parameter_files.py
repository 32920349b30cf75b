"""The shipped parameter files: params.yaml and params/*.yaml."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import load_yaml

from tests.conftest import ROOT
from tinypt.params.check import SCHEMAS, check_file
from tinypt.params.loader import load, read_sections
from tinypt.reporting.parameters import changed_parameters

FILES = sorted((ROOT / "params").glob("*.yaml"))
by_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@pytest.fixture(autouse=True)
def _data_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYPT_REAL_DATA", "/data")
    monkeypatch.setenv("TINYPT_ENGLISH", "/english.txt")


def spelled_out(values: Any) -> Any:
    """A copy of plain values in which no two keys share a mapping or list."""
    return json.loads(json.dumps(values))


def test_params_yaml_is_the_sample() -> None:
    assert (ROOT / "params.yaml").read_bytes() == (ROOT / "params/sample.yaml").read_bytes()


@by_file
def test_every_file_passes_the_check(path: Path) -> None:
    check_file(path)


@by_file
def test_dvc_reads_the_same_values(path: Path) -> None:
    """DVC reads YAML with ruamel.yaml, the pipeline with PyYAML. Types count: 1, 1.0 and true differ."""
    assert json.dumps(load_yaml(path), sort_keys=True) == json.dumps(read_sections(path), sort_keys=True)


def test_the_pilot_differs_from_the_real_run_only_in_length() -> None:
    real, pilot = (read_sections(ROOT / f"params/{name}.yaml") for name in ("brwac", "brwac-pilot"))
    changed = changed_parameters(real, pilot)
    epochs = {f"students.{name}.distill.epochs" for name in real["students"]}
    evaluation = {f"evaluate.{key}" for key in ("mlm_blocks", "sentences")}
    finetune = {f"evaluate.finetune.{key}" for key in ("learning_rates", "fold_rows", "epochs", "seeds")}
    assert set(changed) == epochs | evaluation | finetune
    for name, student in real["students"].items():
        assert pilot["students"][name]["distill"]["epochs"] == pytest.approx(student["distill"]["epochs"] / 100)


def test_the_rehearsal_differs_from_the_real_run_only_in_size() -> None:
    real, rehearsal = (read_sections(ROOT / f"params/{name}.yaml") for name in ("brwac", "rehearsal"))
    sizes = {
        f"students.{name}.distill.{key}"
        for name in real["students"]
        for key in ("epochs", "batch_size", "validation_blocks")
    }
    sizes |= {f"evaluate.{key}" for key in ("mlm_blocks", "sentences")} | {"corpus.documents", "sentences.number"}
    sizes |= {f"evaluate.finetune.{key}" for key in ("learning_rates", "fold_rows", "epochs", "seeds")}
    assert set(changed_parameters(real, rehearsal)) == sizes


@by_file
def test_inherited_values_load_like_spelled_out_ones(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "params.yaml"
    copy.write_text(yaml.safe_dump(spelled_out(read_sections(path))), encoding="utf-8")
    text = copy.read_text(encoding="utf-8")
    assert "<<" not in text
    assert "&" not in text
    for section, schema in SCHEMAS.items():
        assert load(section, schema, copy) == load(section, schema, path)


@by_file
def test_setting_a_value_changes_one_student(path: Path, tmp_path: Path) -> None:
    """`dvc exp run -S` edits the file with `apply_overrides`. No student may inherit a value set for another."""
    expected = spelled_out(read_sections(path))
    students = expected["students"]
    first, *_ = students
    *_, last = students
    overrides = [f"students.{last}.distill.temperature=4.0", f"students.{first}.distill.clip=7.5"]
    students[last]["distill"]["temperature"] = 4.0
    students[first]["distill"]["clip"] = 7.5
    for number, (name, student) in enumerate(students.items()):
        term, *_ = student["distill"]["losses"]
        overrides += [
            f"students.{name}.init.architecture=shape{number}",
            f"students.{name}.distill.losses.{term}={number}",
        ]
        student["init"]["architecture"] = f"shape{number}"
        student["distill"]["losses"][term] = number
    copy = tmp_path / "params.yaml"
    copy.write_bytes(path.read_bytes())
    apply_overrides(copy, overrides)
    assert read_sections(copy) == expected
