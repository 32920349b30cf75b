"""A shorter dvc.lock while everything runs anew.

DVC writes all of dvc.lock after each stage: 1.5 s of a core for the 4,500 lines of the sample. In a new clone, whose
cache is empty, no entry can restore anything. The entries then come back at the end of the run.
"""

import os
import re
from pathlib import Path

from dvc.repo import Repo

LOCK = Path("dvc.lock")
_START = re.compile(r"(?m)^(?=  [^ -])")  # of a stage's entry; lists are deeper


def set_aside() -> str:
    """Remove dvc.lock if nothing that it names is in DVC's cache or in a remote. Returns its content, or nothing."""
    with Repo() as repo:
        usable = repo.config["core"].get("remote") or any(Path(repo.cache.local.path).rglob("*"))
    if usable or not LOCK.is_file():
        return ""
    content = LOCK.read_text(encoding="utf-8")
    LOCK.unlink()
    return content


def put_back(content: str) -> None:
    """Merge what was set aside with what stages have written since: its order, their entries."""
    if not content:
        return
    entries = _entries(content) | (_entries(LOCK.read_text(encoding="utf-8")) if LOCK.is_file() else {})
    temporary = LOCK.with_suffix(".tmp")
    temporary.write_text("".join(entries.values()), encoding="utf-8")
    os.replace(temporary, LOCK)


def _entries(content: str) -> dict[str, str]:
    """The text of each stage's entry by its first line, and that before the first stage."""
    return {entry.split("\n", 1)[0]: entry for entry in _START.split(content)}
