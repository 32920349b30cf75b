"""One process per stage and folder: two would write the same files."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tinypt.runtime.errors import PipelineError

FOLDER = Path(".cache/running")
HELD = "TINYPT_LOCK_HELD"  # set for the workers of a process that holds the lock


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Hold a lock of that name in the working directory. The system frees it when the process ends, however it ends.

    Under torchrun the main process holds it for all workers; where a stage started them, the stage does.

    Raises:
        PipelineError: another process holds it.
    """
    if os.environ.get("RANK", "0") != "0" or HELD in os.environ:
        yield
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / re.sub(r"\W+", "-", name)
    with _locked(path) as file:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _locked(path: Path) -> TextIO:
    """The file at `path`, opened and locked.

    Raises:
        PipelineError: another process holds the lock.
    """
    while True:
        file = path.open("a+", encoding="ascii", errors="replace")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except BlockingIOError:
            file.seek(0)
            raise PipelineError(f"runs here already, as process {file.read()}; wait for its end, or end it") from None
        except FileNotFoundError:
            pass
        file.close()  # its holder ended and removed it after this process had opened it; a third may lock a new one
