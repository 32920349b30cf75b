"""Runs the pipeline as `dvc repro` does; where there is no GPU, several of its stages at the same time.

A stage uses one thread on a CPU, and few stages wait for one another. The arguments are options of `dvc repro`.
"""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from types import FrameType

import networkx as nx
import psutil
import yaml
from dvc.exceptions import DvcException
from dvc.repo import Repo

from ci.lock_file import put_back, set_aside
from ci.worker import END
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.lock import one_at_a_time
from tinypt.runtime.parent import end_with_parent

MEMORY = 3 << 30  # bytes for each stage; the largest one of the sample takes 1 GB
GPUS = ("nvidia[0-9]*", "kfd")  # devices in /dev, NVIDIA's and AMD's. `distill` uses all of them
ALONE = "alone"  # in the `meta` of a stage that measures time: no other runs at the same time
IDLE = ("", "Use `dvc push` to send your updates to remote storage.")  # said after each stage

_started: list["subprocess.Popen[str]"] = []
_signals: list[int] = []  # that asked this process to end
_own = threading.local()  # a thread's worker


def main(*options: str) -> int:
    """Run it and return DVC's exit status: that of the first stage that fails.

    Raises:
        PipelineError: it runs in this folder already. Both would move and write dvc.lock.
    """
    with one_at_a_time("make repro"):
        return _main(*options)


def _main(*options: str) -> int:
    signal.signal(signal.SIGINT, lambda number, _: _signals.append(number))  # Ctrl-C reaches DVC too: it ends in order
    signal.signal(signal.SIGTERM, _pass_on)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # of a terminal that is closed; nohup ignores it
        signal.signal(signal.SIGHUP, _pass_on)
    if "MAKELEVEL" in os.environ:
        end_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        jobs = processes() if len(new_students()) > 1 else 1
        graph = stages() if jobs > 1 else nx.DiGraph()
    except (DvcException, OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        jobs = 1  # `dvc repro` says what is wrong with params.yaml or dvc.yaml
    if jobs < 2:
        return _start("dvc", "repro", *options).wait()
    set_aside()
    try:
        return run(graph, jobs, *options)
    finally:
        put_back()


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
    """The names of all stages, with their `meta`; an edge leads to one that a stage needs."""
    with Repo() as repo:
        graph = nx.relabel_nodes(repo.index.graph, {stage: stage.addressing for stage in repo.index.graph})
        nx.set_node_attributes(graph, {stage.addressing: stage.meta or {} for stage in repo.index.graph})
        return graph


def by_urgency(graph: "nx.DiGraph[str]") -> list[str]:
    """All stages by the length of the chain of stages that waits for each, the longest first: the critical path."""
    longest: dict[str, int] = {}
    for stage in nx.topological_sort(graph):  # those that need it come before it
        longest[stage] = 1 + max((longest[later] for later in graph.predecessors(stage)), default=0)
    return sorted(reversed(list(longest)), key=lambda stage: -longest[stage])


def run(graph: "nx.DiGraph[str]", jobs: int, *options: str) -> int:
    """Run all stages, up to `jobs` at the same time. Returns the first exit status that is not 0, or 0.

    After a failure or a signal no other stage starts.
    """
    waiting, done, failed = by_urgency(graph), set[str](), 0
    measures = nx.get_node_attributes(graph, ALONE, default=False).get
    running: dict[Future[int], str] = {}
    with ThreadPoolExecutor(jobs) as pool:
        while True:
            for stage in [stage for stage in waiting if done.issuperset(graph[stage])]:
                alone = running if graph.nodes[stage].get(ALONE) else any(map(measures, running.values()))
                if len(running) < jobs and not alone and not failed and not _signals:
                    waiting.remove(stage)
                    running[pool.submit(_run_stage, stage, options)] = stage
            if not running:
                break
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                done.add(running.pop(ended))
                failed = failed or ended.result()
    for worker in _started:
        if worker.stdin:
            worker.stdin.close()
        worker.wait()
    return failed or (128 + _signals[0] if _signals else 0)


def _run_stage(stage: str, options: tuple[str, ...]) -> int:
    """Let this thread's worker run a stage, and return the exit status.

    Its output is printed by whole lines: progress bars of two workers would overwrite each other.
    """
    if not hasattr(_own, "worker"):
        _own.worker = _start("ci.worker", "--wait-for-lock", "repro", *options, "--single-item", pipes=True)
    worker: subprocess.Popen[str] = _own.worker
    assert worker.stdin is not None
    assert worker.stdout is not None
    with suppress(BrokenPipeError):  # a signal ended it
        print(stage, file=worker.stdin, flush=True)
    for line in worker.stdout:
        if line.startswith(END):
            return int(line.removeprefix(END))
        if line.rstrip("\n") not in IDLE:
            print(line, end="", flush=True)
    return worker.wait() or 1


def _start(module: str, *arguments: str, pipes: bool = False) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, *arguments]
    channel = subprocess.PIPE if pipes else None
    errors = subprocess.STDOUT if pipes else None
    process = subprocess.Popen(command, stdin=channel, stdout=channel, stderr=errors, text=True)
    _started.append(process)
    return process


def _pass_on(number: int, _: FrameType | None) -> None:
    _signals.append(number)
    for process in _started:
        process.send_signal(number)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except PipelineError as error:
        sys.exit(f"make repro: {error}")
