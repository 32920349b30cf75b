"""Run a stage: user errors become one line and exit status 1."""

import gc
import inspect
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from tinypt.runtime.errors import PipelineError, environment_fault, visible
from tinypt.runtime.help import HELP, discard_output, show, stage_help, usage
from tinypt.runtime.lock import one_at_a_time
from tinypt.runtime.parent import end_with_parent, works_for_another

_QUERY = re.compile(r"(https?://[^\s?]+)\?\S+")


def _without_queries(text: str) -> str:
    return _QUERY.sub(r"\1", text)


class _Lines(logging.Formatter):
    """Log lines without the queries of web addresses: a signed address lets its readers fetch gated files."""

    def __init__(self) -> None:
        super().__init__("%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return _without_queries(super().format(record))


def _open_standard_files() -> None:
    """Open /dev/null for a standard file that the caller has closed (2>&-): another file would take its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115  # to the end


def run(main: Callable[..., None]) -> None:
    """Call `main` with the command line's arguments and turn a PipelineError into one line and exit status 1.

    Wrong arguments and faults of the machine are reported in the same way, and --help prints the stage's docstring.
    Any other exception is a defect in the pipeline: its traceback is printed, followed by a line asking for a report.

    A second process of the same stage and arguments in the same folder ends in one line.

    Under DVC the stage ends with DVC: a killed `dvc repro` would leave it running, and the next one would start it a
    second time in the same folders. Started by hand, for example with nohup, it outlives its shell. The workers
    of a stage end with it.
    """
    _open_standard_files()
    gc.freeze()  # what is imported stays to the end; without this, the end would look through all of it, for a second
    gc.enable()
    if works_for_another():
        end_with_parent()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for library in ("httpx", "httpx2"):  # a line for each request
        logging.getLogger(library).setLevel(logging.WARNING)
    file, arguments = Path(sys.argv[0]), sys.argv[1:]
    stage = file.stem
    if HELP & set(arguments):
        show(stage_help(file))
        return
    try:
        inspect.signature(main).bind(*arguments)
    except TypeError:
        sys.exit(usage(file))
    try:
        with one_at_a_time(" ".join([stage, *arguments])):
            main(*arguments)
        sys.stdout.flush()
    except PipelineError as error:
        sys.exit(f"{stage}: {visible(_without_queries(str(error)))}")
    except KeyboardInterrupt:
        sys.exit(f"{stage}: interrupted; run it again to continue after the last finished part")
    except BrokenPipeError:  # of `| head`
        discard_output()
        sys.exit(1)
    except Exception as error:
        if fault := environment_fault(error):
            discard_output()  # which may be what is full
            sys.exit(f"{stage}: {visible(fault)}")
        traceback.print_exc()
        sys.exit(f"{stage}: this is a defect in the pipeline, not in your input; please report the lines above")
