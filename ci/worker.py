"""Runs DVC again and again in one process, since DVC takes longer to start than to find out what to do.

The arguments are DVC's. Each line of standard input is one more, the last; after it a line has END and DVC's exit
status. The process ends with its input.
"""

import os
import sys

from dvc.cli import main as dvc

from tinypt.runtime.parent import end_with_parent

END = "exit status of DVC: "


def main(arguments: list[str]) -> None:
    """Do so until the input ends, or until Ctrl-C."""
    end_with_parent()
    lines = os.fdopen(os.dup(0))  # not inherited by stages, whose own input is empty
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        for line in lines:
            status = dvc([*arguments, line.strip()])
            print(f"{END}{status}", flush=True)
    except KeyboardInterrupt:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
