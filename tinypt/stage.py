"""What every stage module runs under: errors a user can act on come out as one line."""

import errno
import logging
import sys
from collections.abc import Callable

from tinypt.errors import PipelineError


def run(main: Callable[..., None]) -> None:
    """Call `main` with the command line's arguments and turn a PipelineError into one line and exit status 1.

    A full disk is reported in the same way. Any other exception is a defect of ours and keeps its
    traceback, followed by a line that says so.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    stage = sys.argv[0].rsplit("/", 1)[-1].removesuffix(".py")
    try:
        main(*sys.argv[1:])
    except PipelineError as error:
        sys.exit(f"{stage}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{stage}: interrupted; run it again to go on from the last finished part")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(f"{stage}: the disk is full while writing {error.filename or 'output'}; free space and run again")
        raise
