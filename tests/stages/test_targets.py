"""The targets stage, and students trained on cached targets."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import distill, student, targets
from tinypt.files import CHECKSUMS
from tinypt.runtime.errors import PipelineError

ROOT = Path(__file__).parents[2]
CACHED: dict[str, Any] = {
    "teacher": {
        "draws": 2,
        "mask_probability": 0.15,
        "temperature": 2.0,
        "samples": 6,
        "alignment": "sentence",
        "width": None,
        "precision": "fp32",
    },
    "base": {"alignment": "word", "width": 20, "precision": "fp32"},
}
NOTHING = {"teacher": None, "base": None}
TRAINING: dict[str, Any] = {
    "layers": None,
    "relation_heads": None,
    "targets": "cached",
    "sentences": "none",
    "sentences_per_block": None,
    "masking": "pieces",
    "epochs": 2.5,
    "batch_size": 8,
    "accumulation": 1,
    "precision": "fp32",
    "compile": False,
    "learning_rate": 0.01,
    "warmup": 0.1,
    "weight_decay": 0.01,
    "clip": 1.0,
    "mask_probability": [0.15, 0.15],
    "validation_blocks": 8,
}
STUDENTS: dict[str, Any] = {
    "mine": {
        "init": {
            "tokenizer": "teacher",
            "vocabulary": "full",
            "embeddings": "teacher_pca",
            "encoder": "random",
            "architecture": None,
        },
        "distill": TRAINING
        | {"losses": {"mlm": 1.0, "kl": 1.0, "cosine": 1.0}, "temperature": 2.0, "alignment": "sentence"},
    },
    "words": {
        "init": {
            "tokenizer": "base",
            "vocabulary": "full",
            "embeddings": "base",
            "encoder": "base",
            "architecture": None,
        },
        "distill": TRAINING | {"losses": {"mlm": 1.0, "cosine": 1.0}, "temperature": None, "alignment": "word"},
    },
}


def _write(cached: dict[str, Any]) -> None:
    Path("params.yaml").write_text(
        yaml.safe_dump({"seed": 3, "targets": cached, "students": STUDENTS}), encoding="utf-8"
    )


def _metrics(path: str) -> Any:
    return json.loads((Path("metrics") / path).read_text(encoding="utf-8"))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(("name", "tokenizer"), [("mine", "teacher"), ("words", "base")])
def test_a_student_learns_from_cached_targets(tokenized: Path, name: str, tokenizer: str) -> None:
    _write(CACHED)
    targets.main(tokenizer)
    assert _metrics(f"targets/{tokenizer}.json")["bytes_per_token"] > 0
    student.main(name)
    distill.main(name)
    metrics = _metrics(f"{name}/distill.json")
    assert metrics["final"].keys() == {"loss", *STUDENTS[name]["distill"]["losses"]}
    assert metrics["validation_mlm"] < metrics["validation_mlm_start"]


def test_two_runs_cache_the_same_bytes_and_leave_no_work_files(tokenized: Path) -> None:
    _write(CACHED)
    folder = Path("data/targets/teacher")
    targets.main("teacher")
    first = _files(folder)
    shutil.rmtree(folder)
    targets.main("teacher")
    assert _files(folder) == first
    assert not _files(Path(".cache"))


def test_without_targets_the_stage_does_not_import_pytorch(tokenized: Path) -> None:
    _write(NOTHING)
    code = "import sys; from stages import targets; targets.main('teacher'); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
    assert _files(Path("data/targets/teacher")).keys() == {
        *(CHECKSUMS, "live"),
        *(f"cached/{CHECKSUMS}", "cached/options.json"),
    }
    assert _metrics("targets/teacher.json") == {"bytes": 0, "bytes_per_token": 0.0}


def test_students_with_live_targets_do_not_depend_on_cached_ones(tokenized: Path) -> None:
    """DVC tracks one file for them, whose bytes do not depend on the parameters."""
    seen = set()
    for cached in (NOTHING, CACHED):
        _write(cached)
        targets.main("base")
        seen.add(Path("data/targets/base/live").read_bytes())
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("cached", "message"),
    [
        (NOTHING, r"students\.mine\.distill\.targets: cached needs targets\.teacher, which is null"),
        (
            {"teacher": CACHED["teacher"] | {"temperature": 1.0}},
            r"students\.mine\.distill\.targets: cached needs temperature as in targets\.teacher, 1\.0, is 2\.0",
        ),
    ],
)
def test_targets_that_do_not_fit_the_student_are_refused(tokenized: Path, cached: dict[str, Any], message: str) -> None:
    _write(cached)
    targets.main("teacher")
    student.main("mine")
    with pytest.raises(PipelineError, match=message):
        distill.main("mine")
