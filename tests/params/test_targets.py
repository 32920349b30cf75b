from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import sample_params
from tinypt.params.check import check_file
from tinypt.params.loader import load
from tinypt.params.targets import BaseTargets, Targets, TeacherTargets
from tinypt.runtime.errors import PipelineError

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


def _file(tmp_path: Path, teacher: Any, base: Any, student: str, **changes: Any) -> Path:
    """The sample's parameters, with cached targets and one student that uses them."""
    params = sample_params()
    params["targets"] = {"teacher": teacher, "base": base}
    params["students"][student]["distill"] |= {"targets": "cached", "mask_probability": [0.15, 0.15], **changes}
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    return path


def test_blocks_and_nulls_are_read(tmp_path: Path) -> None:
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
        ({"alignment": None, "width": 8}, r"targets\.teacher\.width: must be null, since alignment is null"),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        load("targets", Targets, _file(tmp_path, TEACHER | changes, None, "total"))


@pytest.mark.parametrize(
    ("student", "teacher", "base", "changes", "message"),
    [
        ("total", None, BASE, {"alignment": "sentence"}, r"cached needs targets\.teacher, which is null"),
        ("partial", TEACHER, None, {}, r"cached needs targets\.base, which is null"),
        (
            "total",
            TEACHER | {"temperature": 1.0},
            None,
            {"alignment": "sentence"},
            r"cached needs temperature as in targets\.teacher, 1\.0, is 2\.0",
        ),
        (
            "total",
            TEACHER,
            None,
            {"alignment": "sentence", "mask_probability": [0.3, 0.15]},
            r"cached needs mask_probability as in targets\.teacher, 0\.15 throughout, is \[0\.3, 0\.15\]",
        ),
        (
            "total",
            TEACHER,
            None,
            {"alignment": "sentence", "masking": "words"},
            r"cached needs masking: pieces, since targets\.teacher masks pieces, is words",
        ),
        (
            "total",
            TEACHER | {"alignment": None},
            None,
            {"alignment": "sentence"},
            r"cached needs alignment as in targets\.teacher, null, is sentence",
        ),
        ("partial", None, BASE, {"alignment": "word"}, r"cached needs alignment as in targets\.base, sentence, is "),
    ],
)
def test_students_that_need_other_targets_are_refused(
    tmp_path: Path, student: str, teacher: Any, base: Any, changes: dict[str, Any], message: str
) -> None:
    path = _file(tmp_path, teacher, base, student, **changes)
    with pytest.raises(PipelineError, match=rf"students\.{student}\.distill\.targets: {message}"):
        check_file(path)


def test_students_whose_targets_are_cached_are_accepted(tmp_path: Path) -> None:
    check_file(_file(tmp_path, TEACHER, None, "total", alignment="sentence"))
    masks = [0.3, 0.15]  # the base tokenizer's masks, which its teacher never sees
    check_file(_file(tmp_path, None, BASE, "partial", mask_probability=masks))
