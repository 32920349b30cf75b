"""End a process when the process that started it has ended."""

import os
import threading
import time
from collections.abc import Callable

import psutil

from tinypt.runtime.lock import HELD

SECONDS = 1.0  # between two looks at the ancestors
NAME = "end_with_parent"
SHELLS = ("sh", "dash", "bash", "zsh", "ksh", "fish")


def _exit() -> None:
    os._exit(1)


def works_for_another() -> bool:
    """Whether this process is a stage that DVC runs, or a worker of a stage."""
    return "DVC_STAGE" in os.environ or HELD in os.environ


def end_with_parent(end: Callable[[], None] = _exit) -> None:
    """Start a thread that ends this process, as a kill would or by `end`, soon after its parent has ended.

    A shell is not the parent that counts, but the process that started the shell: DVC runs a stage through one, and
    only some shells make way for the command. Outputs are written atomically, so an end at any moment leaves nothing
    that looks finished.

    Call it early: of a parent that has ended before, nothing is known. A second call does nothing.
    """
    if not any(thread.name == NAME for thread in threading.enumerate()):
        threading.Thread(target=_watch, args=(_ancestors(), end), name=NAME, daemon=True).start()


def _watch(ancestors: list[int], end: Callable[[], None]) -> None:
    while _ancestors() == ancestors:
        time.sleep(SECONDS)
    end()


def _ancestors() -> list[int]:
    """Process numbers from the parent to the first ancestor that is not a shell.

    A process whose parent ends gets another one, so these numbers change with the end of any of them.
    """
    ancestors = []
    try:
        process = psutil.Process().parent()
        while process is not None:
            ancestors.append(process.pid)
            process = process.parent() if process.name() in SHELLS else None
    except psutil.Error:  # one of them ended during the look
        return []
    return ancestors
