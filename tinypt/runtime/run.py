"""Run a stage: user errors become one line and exit status 1."""

import inspect
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from tinypt.runtime.errors import PipelineError, environment_fault
from tinypt.runtime.parent import end_with_parent

_QUERY = re.compile(r"(https?://[^\s?]+)\?\S+")


def _without_queries(text: str) -> str:
    return _QUERY.sub(r"\1", text)


class _Lines(logging.Formatter):
    """Log lines without the queries of web addresses: a signed address lets its readers fetch gated files."""

    def __init__(self) -> None:
        super().__init__("%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return _without_queries(super().format(record))


def run(main: Callable[..., None]) -> None:
    """Call `main` with the command line's arguments and turn a PipelineError into one line and exit status 1.

    Wrong arguments and faults of the machine are reported in the same way. Any other exception is a defect in the
    pipeline: its traceback is printed, followed by a line that asks for a report.

    Under DVC the stage ends with DVC: a killed `dvc repro` would leave it running, and the next one would start it a
    second time in the same folders. Started by hand, for example with nohup, it outlives its shell.
    """
    if "DVC_STAGE" in os.environ:
        end_with_parent()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for library in ("httpx", "httpx2"):  # a line for each request
        logging.getLogger(library).setLevel(logging.WARNING)
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
        sys.exit(f"{stage}: {_without_queries(str(error))}")
    except KeyboardInterrupt:
        sys.exit(f"{stage}: interrupted; run it again to continue after the last finished part")
    except Exception as error:
        if fault := environment_fault(error):
            sys.exit(f"{stage}: {fault}")
        traceback.print_exc()
        sys.exit(f"{stage}: this is a defect in the pipeline, not in your input; please report the lines above")
