"""Mends what a kill has left of two files that DVC writes in place, and without which no DVC command works.

A dvc.lock that is cut short is replaced by that of the last commit. What stages finished since the commit is not lost:
DVC restores it from its cache. A .dvc/tmp/rwlock that is cut short is removed: it names the processes that use a file,
and all of them have ended. Files that DVC accepts are left alone, and so are those that another DVC writes just now.
"""

import json
import subprocess
from pathlib import Path

import yaml
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from voluptuous import Invalid

LOCK, RWLOCK = Path("dvc.lock"), Path(".dvc/tmp/rwlock")


def main() -> None:
    """Mend the files that exist and are damaged, and say so."""
    if not _damaged_lock() and not _damaged_rwlock():
        return
    from dvc.exceptions import NotDvcRepoError  # only now: it takes longer than all else here
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        with Repo() as repo, repo.lock:  # a DVC that runs has it, but for the time of a stage's own work
            _mend()
    except NotDvcRepoError:
        _mend()
    except LockError:
        print("dvc.lock is left alone: another DVC writes it")


def _mend() -> None:
    if _damaged_rwlock():
        RWLOCK.unlink()
        print(f"{RWLOCK} was damaged, probably by a kill: removed")
    if not _damaged_lock():
        return
    committed = subprocess.run(["git", "show", "HEAD:dvc.lock"], capture_output=True, check=False)
    if committed.returncode == 0 and _accepted(committed.stdout):
        LOCK.write_bytes(committed.stdout)
        print("dvc.lock was damaged, probably by a kill: replaced by that of the last commit")
    else:
        LOCK.unlink()
        print("dvc.lock was damaged, probably by a kill, and is not in the last commit: removed")


def _damaged_lock() -> bool:
    return LOCK.exists() and not _accepted(LOCK.read_bytes())


def _damaged_rwlock() -> bool:
    try:
        return RWLOCK.exists() and not isinstance(json.loads(RWLOCK.read_bytes()), dict)
    except ValueError:
        return True


def _accepted(content: bytes) -> bool:
    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.load(content.decode("utf-8"), yaml.CSafeLoader))
    except (UnicodeDecodeError, yaml.YAMLError, Invalid):
        return False
    return True


if __name__ == "__main__":
    main()
