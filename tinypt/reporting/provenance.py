"""Fingerprints of the code and data of every stage before the report, from dvc.lock."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tinypt.params.loader import REFERENCES
from tinypt.reporting.tables import BLANK, Table, plain
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.strict_yaml import load_yaml

CODE = ("stages/", "tinypt/")
SKIPPED = ("report",)  # its record in dvc.lock is from the previous run
INSTANCES = (*REFERENCES, "")  # text after the @ in the name of a stage, besides the students
DIGITS = 10


def provenance_table(path: Path, students: Sequence[str]) -> Table:
    """A row for each stage: the fingerprints of its code and of each output that DVC caches. No rows without a lock.

    A code fingerprint is the first digits of the SHA-256 of the paths and MD5 sums of the stage's code
    dependencies. A data fingerprint is the first digits of the MD5 sum in dvc.lock.

    Args:
        path: dvc.lock.
        students: their names; records of other students are left over from earlier runs.

    Raises:
        PipelineError: the file is not a DVC lock file.
    """
    rows = []
    for name, entry in _stages(path).items():
        stage, _, instance = name.partition("@")
        if stage in SKIPPED or instance not in (*INSTANCES, *students):
            continue
        code = [dep for dep in entry.get("deps", []) if dep["path"].startswith(CODE)]
        digest = hashlib.sha256("".join(f"{dep['path']} {dep.get('md5')}\n" for dep in code).encode()).hexdigest()
        data = [out for out in entry.get("outs", []) if not out["path"].startswith("metrics/")]
        outputs = ", ".join(f"{plain(out['path'])} `{_short(out)}`" for out in data)
        rows.append([name, f"`{digest[:DIGITS]}`", outputs or BLANK])
    return Table("Versions", ["stage", "code", "data"], rows, text=frozenset({0, 1, 2}))


def changed_files(path: Path) -> list[Path]:
    """The single files that stages wrote, such as metrics, whose content is not the one recorded in dvc.lock.

    They are damaged, or were written by a stage that was run without DVC.

    Args:
        path: dvc.lock.
    """
    recorded = [out for name, entry in _stages(path).items() if name not in SKIPPED for out in entry.get("outs", [])]
    return sorted(
        {
            file
            for out in recorded
            if (file := Path(out["path"])).is_file()
            and hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != out.get("md5")
        }
    )


def _short(out: Mapping[str, Any]) -> str:
    return str(out.get("md5", "")).removesuffix(".dir")[:DIGITS]


def _stages(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        stages = load_yaml(path.read_text(encoding="utf-8"))["stages"]
        return {name: stages[name] for name in sorted(stages)}
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise PipelineError(f"{path}: not a DVC lock file ({' '.join(str(error).split())}); restore it") from None
