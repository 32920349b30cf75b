"""Run a stage: user errors become one line and exit status 1."""

import errno
import inspect
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from tinypt.runtime.errors import PipelineError

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def run(main: Callable[..., None]) -> None:
    """Call `main` with the command line's arguments and turn a PipelineError into one line and exit status 1.

    Wrong arguments and a full disk are reported in the same way. Any other exception is a defect in the pipeline: its
    traceback is printed, followed by a line that asks for a report.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    stage = Path(sys.argv[0]).stem
    arguments = sys.argv[1:]
    signature = inspect.signature(main)
    try:
        signature.bind(*arguments)
    except TypeError:
        sys.exit(" ".join(["usage: python -m", f"stages.{stage}", *(f"<{name}>" for name in signature.parameters)]))
    try:
        main(*arguments)
    except PipelineError as error:
        sys.exit(f"{stage}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{stage}: interrupted; run it again to continue after the last finished part")
    except Exception as error:
        if _disk_full(error):
            where = getattr(error, "filename", None) or "output"
            sys.exit(f"{stage}: the disk is full while writing {where}; free space and run again")
        traceback.print_exc()
        sys.exit(f"{stage}: this is a defect in the pipeline, not in your input; please report the lines above")


def _disk_full(error: Exception) -> bool:
    """Whether the disk is full. Some libraries (safetensors, Arrow) report it only in the error's message."""
    return getattr(error, "errno", None) in DISK_FULL or "No space left on device" in str(error)
