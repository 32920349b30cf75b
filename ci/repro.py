"""Runs the pipeline as `dvc repro` does; where there is no GPU, several new students at the same time.

A stage uses one thread on a CPU, and no student waits for another one. The arguments are options of `dvc repro`.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import networkx as nx
import psutil
import yaml
from dvc.exceptions import DvcException
from dvc.repo import Repo

MEMORY = 3 << 30  # bytes for each student; its largest stage on the sample takes 1 GB
GPUS = ("nvidia[0-9]*", "kfd")  # devices in /dev, NVIDIA's and AMD's. `distill` uses all of them

_started: list["subprocess.Popen[str]"] = []


def main(*options: str) -> int:
    """Run it and return DVC's exit status: that of the first process that fails."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C reaches DVC too, and DVC ends in order
    signal.signal(signal.SIGTERM, _pass_on)
    try:
        students = new_students()
        jobs = min(len(students), processes())
        shared, by_student = groups(students) if jobs > 1 else ([], [])
    except (DvcException, OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        jobs = 1  # `dvc repro` says what is wrong with params.yaml or dvc.yaml
    if jobs < 2:
        return _start("repro", *options).wait()
    statuses = [_start("repro", *options, *shared).wait()]

    def run(names: list[str]) -> None:
        if not any(statuses):
            statuses.append(_in_lines("repro", *options, "--single-item", *names))

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run, by_student))
    return next(filter(None, statuses), 0) or _start("repro", *options).wait()


def new_students() -> list[str]:
    """Students in params.yaml that have no distilled model yet."""
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    return [name for name in params["students"] if not Path("models", name, "distilled").is_dir()]


def processes() -> int:
    """Students that can run at the same time on this machine."""
    if any(file for pattern in GPUS for file in Path("/dev").glob(pattern)):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, int(psutil.virtual_memory().available) // MEMORY)


def groups(students: list[str]) -> tuple[list[str], list[list[str]]]:
    """The stages that these students' stages need, and each student's own stages in order, from DVC's graph."""
    with Repo() as repo:
        graph = nx.relabel_nodes(repo.index.graph, {stage: stage.addressing for stage in repo.index.graph})
    in_order = list(nx.topological_sort(graph))[::-1]  # an edge leads to what a stage needs
    by_student = [[name for name in in_order if name.endswith(f"@{student}")] for student in students]
    own = {name for names in by_student for name in names}
    needed = {name for stage in own for name in nx.descendants(graph, stage)}
    return [name for name in in_order if name in needed - own], by_student


def _start(*arguments: str, output: int | None = None) -> "subprocess.Popen[str]":
    errors = None if output is None else subprocess.STDOUT
    process = subprocess.Popen([sys.executable, "-m", "dvc", *arguments], stdout=output, stderr=errors, text=True)
    _started.append(process)
    return process


def _in_lines(*arguments: str) -> int:
    """Run DVC next to others. Its output is printed by whole lines: two progress bars would overwrite each other."""
    process = _start("--wait-for-lock", *arguments, output=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
    return process.wait()


def _pass_on(number: int, _: FrameType | None) -> None:
    for process in _started:
        process.send_signal(number)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
