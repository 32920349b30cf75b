from pathlib import Path
from typing import Any

import pytest
import yaml

from tinypt.params.check import check_file
from tinypt.params.loader import load
from tinypt.params.targets import BaseTargets, Targets, TeacherTargets
from tinypt.runtime.errors import PipelineError

ROOT = Path(__file__).parents[2]
TEACHER: dict[str, Any] = {
    "draws": 2,
    "mask_probability": 0.15,
    "temperature": 2.0,
    "samples": 12,
    "alignment": "sentence",
    "width": None,
    "precision": "bf16",
}
BASE: dict[str, Any] = {"alignment": "sentence", "width": None, "precision": "fp32"}


def _file(tmp_path: Path, teacher: Any, base: Any, student_params: str, **changes: Any) -> Path:
    """The sample's parameters with targets stored, and one set that reads them."""
    params = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    params["targets"] = {"teacher": teacher, "base": base}
    params["students"][student_params]["distill"] |= {"targets": "cached", **changes}
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    return path


def test_blocks_and_nulls(tmp_path: Path) -> None:
    path = _file(tmp_path, TEACHER, None, "total", alignment="sentence")
    assert load("targets", Targets, path) == Targets(TeacherTargets(2, 0.15, 2.0, 12, "sentence", None, "bf16"), None)
    assert load("targets.base", BaseTargets | None, path) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"draws": 0}, r"targets\.teacher\.draws: must be greater than 0"),
        ({"samples": 0}, r"targets\.teacher\.samples: must be greater than 0"),
        ({"temperature": -1.0}, r"targets\.teacher\.temperature: must be greater than 0"),
        ({"mask_probability": 1.0}, r"targets\.teacher\.mask_probability: must be in \(0, 1\)"),
        ({"alignment": "word"}, r"targets\.teacher\.alignment: must be one of sentence"),
        ({"width": 0}, r"targets\.teacher\.width: must be greater than 0"),
        ({"alignment": None, "width": 8}, r"targets\.teacher\.width: must be null, since alignment is"),
    ],
)
def test_mistakes_are_refused_by_name(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        load("targets", Targets, _file(tmp_path, TEACHER | changes, None, "total"))


@pytest.mark.parametrize(
    ("student_params", "teacher", "base", "changes", "message"),
    [
        ("total", None, BASE, {"alignment": "sentence"}, r"cached needs targets\.teacher, which is null"),
        ("partial", TEACHER, None, {}, r"cached needs targets\.base, which is null"),
        (
            "total",
            TEACHER | {"temperature": 1.0},
            None,
            {"alignment": "sentence"},
            r"cached needs targets\.teacher\.temperature, 1\.0, not 2\.0",
        ),
        (
            "total",
            TEACHER,
            None,
            {"alignment": "sentence", "mask_probability": [0.3, 0.15]},
            r"cached needs targets\.teacher\.mask_probability throughout, 0\.15, not \[0\.3, 0\.15\]",
        ),
        (
            "total",
            TEACHER | {"alignment": None},
            None,
            {"alignment": "sentence"},
            r"cached needs targets\.teacher\.alignment, null, not sentence",
        ),
        ("partial_word", None, BASE, {}, r"cached needs targets\.base\.alignment, sentence, not word"),
    ],
)
def test_what_is_not_stored_is_refused_before_any_stage_runs(
    tmp_path: Path, student_params: str, teacher: Any, base: Any, changes: dict[str, Any], message: str
) -> None:
    path = _file(tmp_path, teacher, base, student_params, **changes)
    with pytest.raises(PipelineError, match=rf"students\.{student_params}\.distill\.targets: {message}"):
        check_file(path)


def test_what_is_stored_is_accepted(tmp_path: Path) -> None:
    check_file(_file(tmp_path, TEACHER, None, "total", alignment="sentence"))
    masks = [0.3, 0.15]  # BERT-tiny's own, which the teacher does not see
    check_file(_file(tmp_path, None, BASE, "partial", mask_probability=masks))
