"""Functions that tests run on workers. A new worker imports this module, so it imports no large package."""

import os
import signal
import time
from pathlib import Path

from tinypt.executors import ONE_THREAD
from tinypt.runtime.errors import PipelineError


def where(shard: Path) -> tuple[str, str, bool, dict[str, str | None]]:
    """A worker's shard and folder, whether it is the test's process, and its thread variables."""
    is_here = os.environ.get("TEST_PROCESS") == str(os.getpid())
    return shard.name, os.getcwd(), is_here, {name: os.environ.get(name) for name in ONE_THREAD}


def refuse(shard: Path) -> int:
    if shard.name == "shard-3":
        raise PipelineError(f"{shard}: refused")
    return 1


def defect(shard: Path) -> int:
    raise ZeroDivisionError(shard.name)


def die(shard: Path) -> int:
    """End as the kernel ends a process when memory is used up."""
    if shard.name == "shard-1":
        os.kill(os.getpid(), signal.SIGKILL)
    return 1


def note_process_and_wait(shard: Path) -> None:
    """Write the worker's process number to a file named after the shard, and stay."""
    shard.with_suffix(".pid").write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(60)
