"""Checks that dvc.lock agrees with the code, the parameters and the committed metrics.

Needs no data, no cache and no remote. Prints a line for each disagreement, with the stage and the change, and exits
with 1 if there is any. `dvc repro --dry` cannot replace it: that exits with 0 for a stage that is stale but could run,
and reports absent data as a change.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ABSENT = ("deleted", "not in cache")  # states of data that is not on this machine, which is no disagreement


def main() -> None:
    """Print the disagreements."""
    stages = set(_dvc("stage", "list", "--name-only").split())
    lock = Path("dvc.lock")
    locked = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"] if lock.exists() else {}
    current = {
        name: entry for name, entry in locked.items() if name in stages
    }  # dvc.lock keeps entries of removed stages
    lines = [
        *changed(json.loads(_dvc("status", "--json")), set(current), incomplete_folders(current)),
        *disagreeing(current),
    ]
    print("\n".join(lines) or "dvc.lock agrees with code, parameters and metrics")
    if lines:
        sys.exit("run `dvc repro` and commit dvc.lock, metrics/ and report/")


def _dvc(*command: str) -> str:
    return subprocess.run([sys.executable, "-m", "dvc", *command], stdout=subprocess.PIPE, text=True, check=True).stdout


def incomplete_folders(locked: dict[str, Any]) -> set[str]:
    """Folders shared by several stages (`models`, `data/predictions`) in which an output is absent."""
    outs = (Path(out["path"]) for stage in locked.values() for out in stage.get("outs", []))
    return {str(folder) for out in outs if not out.exists() for folder in out.parents}


def changed(status: dict[str, Any], locked: set[str], incomplete: set[str]) -> Iterator[str]:
    """A line for each dependency, parameter, output or command that differs from dvc.lock.

    Args:
        status: output of `dvc status --json`.
        locked: stages in dvc.lock.
        incomplete: folders that DVC reports as modified because data is absent.
    """
    for stage, changes in sorted(status.items()):
        if stage not in locked:
            yield f"{stage}: has never run"
            continue
        for change in changes:
            if isinstance(change, str):
                yield f"{stage}: {change}"
                continue
            for kind, items in change.items():
                for item, state in sorted(items.items()):
                    if isinstance(state, dict):
                        yield from (
                            f"{stage}: parameter {key} is {key_state}" for key, key_state in sorted(state.items())
                        )
                    elif state not in ABSENT and item not in incomplete:
                        yield f"{stage}: {kind.removeprefix('changed ').removesuffix('s')} {item} is {state}"


def disagreeing(locked: dict[str, Any]) -> Iterator[str]:
    """A line for each dependency whose version in dvc.lock differs from the output of the stage that writes it."""
    written = {out["path"]: (name, out["md5"]) for name, stage in locked.items() for out in stage.get("outs", [])}
    for name, stage in sorted(locked.items()):
        for dep in stage.get("deps", []):
            maker, version = written.get(dep["path"], (None, None))
            if maker is not None and dep.get("md5") != version:
                yield f"{name}: dep {dep['path']} is not the version that {maker} wrote"


if __name__ == "__main__":
    main()
