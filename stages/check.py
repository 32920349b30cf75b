"""Check all of params.yaml before any stage runs, so that a mistake does not stop a run after hours.

If it names files, or anything on the Hugging Face hub, look for all of it; read tasks and local models as the stages
will; and look at this machine's disk, GPU and compiler. HF_HUB_OFFLINE=1 looks into the hub's cache instead. Reads
params.yaml, or the file given, and what it names; writes nothing.
"""

from pathlib import Path

from tinypt.params.check import check_file
from tinypt.params.loader import PARAMS
from tinypt.preflight import ask, has_questions
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run


def main(path: str = str(PARAMS)) -> None:
    """Check the parameter file at `path`, and print a line for everything that its run needs from elsewhere."""
    sections = check_file(Path(path))
    if not has_questions(sections):
        return
    problems = 0
    for subject, problem in ask(sections):
        print(f"{'ok  ' if problem is None else 'NO  '} {subject}{f': {problem}' if problem else ''}", flush=True)
        problems += problem is not None
    if problems:
        raise PipelineError(
            f"the run would fail: {problems} of its needs are not met; see the lines that begin with NO"
        )


if __name__ == "__main__":
    run(main)
