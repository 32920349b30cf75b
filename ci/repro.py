"""Runs the pipeline as `dvc repro` does; where there is no GPU, several of its stages at the same time.

A stage uses one thread on a CPU, and few stages wait for one another. The arguments are options of `dvc repro`.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

import networkx as nx
import psutil
import yaml
from dvc.exceptions import DvcException
from dvc.repo import Repo

from ci.lock_file import put_back, set_aside

MEMORY = 3 << 30  # bytes for each stage; the largest one of the sample takes 1 GB
GPUS = ("nvidia[0-9]*", "kfd")  # devices in /dev, NVIDIA's and AMD's. `distill` uses all of them
RUNNING = "Running stage '"  # DVC prints this and the name of a stage

_started: list["subprocess.Popen[str]"] = []
_signals: list[int] = []  # that asked this process to end


def main(*options: str) -> int:
    """Run it and return DVC's exit status: that of the first process that fails."""
    signal.signal(signal.SIGINT, lambda number, _: _signals.append(number))  # Ctrl-C reaches DVC too: it ends in order
    signal.signal(signal.SIGTERM, _pass_on)
    try:
        jobs = processes() if len(new_students()) > 1 else 1
        graph = stages() if jobs > 1 else nx.DiGraph()
    except (DvcException, OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        jobs = 1  # `dvc repro` says what is wrong with params.yaml or dvc.yaml
    failed = 0
    if jobs > 1:
        entries = set_aside()
        try:
            failed = run(graph, jobs, *options)
        finally:
            put_back(entries)
    return failed or _start("repro", *options).wait()


def new_students() -> list[str]:
    """Students in params.yaml that have no distilled model yet."""
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    return [name for name in params["students"] if not Path("models", name, "distilled").is_dir()]


def processes() -> int:
    """Stages that can run at the same time on this machine."""
    if any(file for pattern in GPUS for file in Path("/dev").glob(pattern)):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, int(psutil.virtual_memory().available) // MEMORY)


def stages() -> "nx.DiGraph[str]":
    """The names of all stages; an edge leads to one that a stage needs."""
    with Repo() as repo:
        return nx.relabel_nodes(repo.index.graph, {stage: stage.addressing for stage in repo.index.graph})


def lanes(graph: "nx.DiGraph[str]") -> dict[str, list[str]]:
    """The stages in the order in which they can run, by the name after the @; "" has the stages without such a name.

    `tokenize@teacher` and `teacher` are in one lane.
    """
    names = {stage.partition("@")[2] for stage in graph}
    found: dict[str, list[str]] = {}
    for stage in reversed(list(nx.topological_sort(graph))):
        name, _, own = stage.partition("@")
        found.setdefault(own or (name if name in names else ""), []).append(stage)
    return found


def ready(lane: list[str], graph: "nx.DiGraph[str]", done: set[str]) -> list[str]:
    """The first stages of a lane: as many as need only stages that are done, and one another."""
    count = 0
    while count < len(lane) and done.union(lane[:count]).issuperset(graph[lane[count]]):
        count += 1
    return lane[:count]


def remaining(names: list[str], graph: "nx.DiGraph[str]") -> int:
    """Number of stages in the longest chain that begins with one of these: the critical path."""
    later = set(names).union(*(nx.ancestors(graph, name) for name in names))
    return len(nx.dag_longest_path(graph.subgraph(later)))


def run(graph: "nx.DiGraph[str]", jobs: int, *options: str) -> int:
    """Run all stages, those of up to `jobs` lanes at the same time. Returns the first exit status that is not 0, or 0.

    The lane with the longest way to the end goes first. The stages of a lane share a DVC process, which takes seconds
    to start. After a failure or a signal no other starts.
    """
    waiting = lanes(graph)
    running, done, failed = set[str](), set[str](), 0
    events: SimpleQueue[tuple[str, list[str], int | None]] = SimpleQueue()  # lane, stages done, exit status at the end

    def run_lane(lane: str, names: list[str]) -> None:
        status = 1
        try:
            process = _start("--wait-for-lock", "repro", *options, "--single-item", *names, output=subprocess.PIPE)
            assert process.stdout is not None
            for line in process.stdout:  # printed by whole lines: two progress bars would overwrite each other
                print(line, end="", flush=True)
                if line.startswith(RUNNING) and (name := line.split("'")[1]) in names:
                    events.put((lane, names[: names.index(name)], None))
            status = process.wait()
        finally:
            events.put((lane, [] if status else names, status))

    with ThreadPoolExecutor(jobs) as pool:
        while True:
            starts = {lane: ready(names, graph, done) for lane, names in waiting.items() if lane not in running}
            for lane, names in sorted(starts.items(), key=lambda start: -remaining(start[1], graph)):
                if names and len(running) < jobs and not failed and not _signals:
                    running.add(lane)
                    waiting[lane] = waiting[lane][len(names) :]
                    pool.submit(run_lane, lane, names)
            if not running:
                return failed or (128 + _signals[0] if _signals else 0)
            lane, names, status = events.get()
            done.update(names)
            if status is not None:
                running.remove(lane)
                failed = failed or status


def _start(*arguments: str, output: int | None = None) -> "subprocess.Popen[str]":
    errors = None if output is None else subprocess.STDOUT
    process = subprocess.Popen([sys.executable, "-m", "dvc", *arguments], stdout=output, stderr=errors, text=True)
    _started.append(process)
    return process


def _pass_on(number: int, _: FrameType | None) -> None:
    _signals.append(number)
    for process in _started:
        process.send_signal(number)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
