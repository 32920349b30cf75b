"""End a process when the process that started it has ended."""

import os
import threading
import time

SECONDS = 1.0  # between two looks at the parent


def end_with_parent() -> None:
    """Start a thread that ends this process, as a kill would, soon after its parent has ended.

    Outputs are written atomically, so an end at any moment leaves nothing that looks finished.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), name="end_with_parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS)
    os._exit(1)
