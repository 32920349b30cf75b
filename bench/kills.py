"""Kill stages at random moments and compare what a rerun writes with an uninterrupted run.

    python -m bench.kills 30 download clean "distill total"

Works in a temporary copy of this project, which must be finished (`dvc repro`). Each stage first runs to its end, which
gives its time and its bytes. A kill is SIGKILL, SIGTERM or SIGINT (Ctrl-C) to the stage and its workers after a random
part of that time. The stage then runs again. Counted as faults: another byte than before in data/, models/ or metrics/,
a missing file, a temporary or unfinished file that stays.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tinypt.files import digest

ROOT = Path(__file__).parents[1]
OUTPUTS = ("data", "models", "metrics")
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def main(kills: int, stages: list[str]) -> int:
    """Kill each stage `kills` times, in turn. Returns the number of faults."""
    moments, faults = random.Random(0), 0
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "project"
        project.mkdir()
        shutil.copy(ROOT / "params.yaml", project)
        for name in OUTPUTS:
            shutil.copytree(ROOT / name, project / name, copy_function=_copy)
        for stage in stages:
            began = time.monotonic()
            _wait(_start(stage, project))
            seconds, whole, hit = time.monotonic() - began, _digests(project), 0
            for number in range(kills):
                process = _start(stage, project)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(moments.uniform(0, seconds))
                if process.poll() is None:
                    hit += 1
                    os.killpg(process.pid, SIGNALS[number % len(SIGNALS)])
                process.wait()
                _wait(_start(stage, project))
                if found := _differences(whole, _digests(project)):
                    faults += 1
                    print(f"{stage}: kill {number}: {', '.join(sorted(found)[:5])}", flush=True)
            print(f"{stage}: {seconds:.1f} s, {hit} kills before its end, faults so far: {faults}", flush=True)
    return faults


def _copy(source: str, target: str) -> None:
    """Copy a file; DVC's read-only hard links stay as they are."""
    shutil.copyfile(source, target)


def _start(stage: str, project: Path) -> "subprocess.Popen[bytes]":
    """A stage in a process group of its own."""
    name, *arguments = stage.split()
    command = [sys.executable, "-m", f"stages.{name}", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=project, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=0
    )


def _wait(process: "subprocess.Popen[bytes]") -> None:
    if process.wait():
        raise SystemExit(f"{process.args!r}: exit status {process.returncode}; run it by hand to see why")


def _digests(project: Path) -> dict[str, str]:
    """Checksums of all files but params.yaml, unfinished ones included."""
    files = (file for name in (*OUTPUTS, ".cache") for file in (project / name).rglob("*") if file.is_file())
    return {str(file.relative_to(project)): digest(file) for file in files}


def _differences(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


if __name__ == "__main__":
    if len(sys.argv) < 3 or not sys.argv[1].isdecimal():
        sys.exit(
            'usage: python -m bench.kills KILLS STAGE..., for example: python -m bench.kills 30 clean "distill total"'
        )
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]) > 0)
