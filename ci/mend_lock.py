"""Replaces a dvc.lock that a kill has cut short by that of the last commit.

DVC writes dvc.lock in place, so Ctrl-C at that moment leaves a file that no DVC command accepts. What stages finished
since the commit is not lost: DVC restores it from its cache. A dvc.lock that DVC accepts is left alone.
"""

import subprocess
from pathlib import Path

import yaml
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from voluptuous import Invalid

LOCK = Path("dvc.lock")


def main() -> None:
    """Mend dvc.lock, if it exists and is damaged, and say so."""
    if not LOCK.exists() or _accepted(LOCK.read_bytes()):
        return
    committed = subprocess.run(["git", "show", "HEAD:dvc.lock"], capture_output=True, check=False)
    if committed.returncode == 0 and _accepted(committed.stdout):
        LOCK.write_bytes(committed.stdout)
        print("dvc.lock was damaged, probably by a kill: replaced by that of the last commit")
    else:
        LOCK.unlink()
        print("dvc.lock was damaged, probably by a kill, and is not in the last commit: removed")


def _accepted(content: bytes) -> bool:
    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.load(content.decode("utf-8"), yaml.CSafeLoader))
    except (UnicodeDecodeError, yaml.YAMLError, Invalid):
        return False
    return True


if __name__ == "__main__":
    main()
