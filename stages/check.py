"""Check all of params.yaml before any stage runs, so that a mistake does not stop a run after hours.

Reads params.yaml, or the file given; writes nothing.
"""

from pathlib import Path

from tinypt.params.check import check_file
from tinypt.params.loader import PARAMS
from tinypt.runtime.run import run


def main(path: str = str(PARAMS)) -> None:
    """Check the parameter file at `path`."""
    check_file(Path(path))


if __name__ == "__main__":
    run(main)
