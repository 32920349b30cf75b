"""Whether dvc.lock agrees with the code, the parameters and the committed metrics. Needs no data, no cache, no remote.

One line for each disagreement, naming the stage and what changed; exit status 1 if there is any. `dvc repro --dry` does
not tell: it exits with 0 for a stage that is stale but could run, and calls absent data a change.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ABSENT = ("deleted", "not in cache")  # data that is not here; what dvc.lock says of it still stands


def main() -> None:
    """Print what drifted."""
    stages = set(_dvc("stage", "list", "--name-only").split())
    lock = Path("dvc.lock")
    locked = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"] if lock.exists() else {}
    current = {name: entry for name, entry in locked.items() if name in stages}  # DVC keeps removed stages' entries
    lines = [*changed(json.loads(_dvc("status", "--json")), set(current), partly_here(current)), *disagreeing(current)]
    print("\n".join(lines) or "dvc.lock agrees with code, parameters and metrics")
    if lines:
        sys.exit("run `dvc repro` and commit dvc.lock, metrics/ and report/")


def _dvc(*command: str) -> str:
    return subprocess.run([sys.executable, "-m", "dvc", *command], stdout=subprocess.PIPE, text=True, check=True).stdout


def partly_here(locked: dict[str, Any]) -> set[str]:
    """Folders that stages fill together (`models`, `data/predictions`) and that lack what one of them made."""
    outs = (Path(out["path"]) for stage in locked.values() for out in stage.get("outs", []))
    return {str(folder) for out in outs if not out.exists() for folder in out.parents}


def changed(status: dict[str, Any], locked: set[str], partly: set[str]) -> Iterator[str]:
    """A line for each dependency, parameter, output or command that is not what dvc.lock says, from `dvc status`.

    Args:
        status: what `dvc status --json` says.
        locked: stages that are in dvc.lock.
        partly: folders that DVC calls modified because data is absent.
    """
    for stage, changes in sorted(status.items()):
        if stage not in locked:
            yield f"{stage}: has never run"
            continue
        for change in changes:
            if isinstance(change, str):
                yield f"{stage}: {change}"
                continue
            for what, items in change.items():
                for item, state in sorted(items.items()):
                    if isinstance(state, dict):
                        yield from (f"{stage}: parameter {key} is {how}" for key, how in sorted(state.items()))
                    elif state not in ABSENT and item not in partly:
                        yield f"{stage}: {what.removeprefix('changed ').removesuffix('s')} {item} is {state}"


def disagreeing(locked: dict[str, Any]) -> Iterator[str]:
    """A line for each dependency that is locked in another version than the stage that makes it left."""
    made = {out["path"]: (name, out["md5"]) for name, stage in locked.items() for out in stage.get("outs", [])}
    for name, stage in sorted(locked.items()):
        for dep in stage.get("deps", []):
            maker, version = made.get(dep["path"], (None, None))
            if maker is not None and dep.get("md5") != version:
                yield f"{name}: dep {dep['path']} is not the one that {maker} made"


if __name__ == "__main__":
    main()
