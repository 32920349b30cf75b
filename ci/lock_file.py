"""A shorter dvc.lock while everything runs anew.

DVC writes all of dvc.lock after each stage: 1.5 s of a core for the 4,500 lines of the sample. In a new clone, whose
cache is empty, no entry can restore anything. The entries then come back at the end of the run, or of the next one if
this one is killed.
"""

import os
import re
from pathlib import Path

from dvc.repo import Repo

LOCK, ASIDE = Path("dvc.lock"), Path(".dvc/tmp/dvc.lock")
_START = re.compile(r"(?m)^(?=  [^ -])")  # of a stage's entry; lists are deeper


def set_aside() -> None:
    """Move dvc.lock away if nothing that it names is in DVC's cache or in a remote."""
    put_back()  # what a killed run has left
    with Repo() as repo:
        usable = repo.config["core"].get("remote") or any(Path(repo.cache.local.path).rglob("*"))
    if LOCK.is_file() and not usable:
        ASIDE.parent.mkdir(exist_ok=True)
        os.replace(LOCK, ASIDE)


def put_back() -> None:
    """Merge what was set aside with what stages have written since: its order, their entries."""
    if ASIDE.is_file():
        temporary = LOCK.with_suffix(".tmp")
        temporary.write_text("".join((_entries(ASIDE) | _entries(LOCK)).values()), encoding="utf-8")
        os.replace(temporary, LOCK)
        ASIDE.unlink()


def _entries(lock: Path) -> dict[str, str]:
    """The text of each stage's entry by its first line, and that before the first stage."""
    content = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    return {entry.split("\n", 1)[0]: entry for entry in _START.split(content)}
