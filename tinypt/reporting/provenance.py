"""What a report was made from: fingerprints of code and data of every stage before it, as DVC recorded them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tinypt.reporting.results import REFERENCES
from tinypt.reporting.tables import BLANK, Table
from tinypt.runtime.errors import PipelineError

CODE = ("stages/", "tinypt/")
AFTER = ("report",)  # whose record is of an earlier run
INSTANCES = (*REFERENCES, "")  # beside the sets: what follows the @ of a stage's name
DIGITS = 10


def provenance_table(path: Path, sets: Sequence[str]) -> Table:
    """A row for each stage: fingerprint of its code, and of each output that DVC holds. No row where there is no lock.

    A code fingerprint is the first digits of the SHA-256 of the names and MD5 sums of the stage's code
    dependencies; a data fingerprint the first digits of DVC's own MD5 sum.

    Args:
        path: dvc.lock.
        sets: the parameter sets; records of others are left from earlier runs.

    Raises:
        PipelineError: the lock is not DVC's.
    """
    rows = []
    for name, entry in _stages(path).items():
        stage, _, instance = name.partition("@")
        if stage in AFTER or instance not in (*INSTANCES, *sets):
            continue
        code = [dep for dep in entry.get("deps", []) if dep["path"].startswith(CODE)]
        digest = hashlib.sha256("".join(f"{dep['path']} {dep.get('md5')}\n" for dep in code).encode()).hexdigest()
        data = [out for out in entry.get("outs", []) if not out["path"].startswith("metrics/")]
        told = ", ".join(f"{out['path']} `{_short(out)}`" for out in data)
        rows.append([name, f"`{digest[:DIGITS]}`", told or BLANK])
    return Table("Versions", ["stage", "code", "data"], rows, words=frozenset({0, 1, 2}))


def _short(out: Mapping[str, Any]) -> str:
    return str(out.get("md5", "")).removesuffix(".dir")[:DIGITS]


def _stages(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        stages = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
        return {name: stages[name] for name in sorted(stages)}
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise PipelineError(f"{path}: not a lock file of DVC ({' '.join(str(error).split())}); restore it") from None
