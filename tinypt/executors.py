"""Run a function on every shard: in processes on this machine, or on Ray or Dask workers.

All executors give the same results in the same order. Therefore environment variables choose the executor, not
params.yaml, and DVC's outputs stay up to date when it changes.

    TINYPT_EXECUTOR      local (default), ray or dask
    TINYPT_WORKERS       processes on this machine; default: one per core
    TINYPT_RAY_ADDRESS   use the workers of this running Ray cluster (`auto` on one of its machines)
    TINYPT_DASK_ADDRESS  use the workers of this running Dask scheduler (tcp://host:8786)
"""

import importlib
import logging
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from tinypt.runtime.errors import PipelineError, first_line
from tinypt.runtime.parent import end_with_parent

EXECUTORS = ("local", "ray", "dask")
_NUMBERS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_POOLS = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", *_NUMBERS)  # Rayon's are those of the tokenizers library
ONE_THREAD = {name: "1" for name in _POOLS}  # one worker per core: thread pools in each would compete for the cores
_INSTALL = "pip install -r requirements-engines.txt"
_DIED = "a worker died, most likely out of memory; run again with {}, which continues after the finished shards"
Result = TypeVar("Result")
OnShard = Callable[[Path], Result]


@dataclass(frozen=True)
class Executor:
    """One of EXECUTORS. `address` is that of a running cluster; None starts workers on this machine."""

    name: str
    address: str | None = None


LOCAL = Executor("local")


def from_environment() -> tuple[int, Executor]:
    """Number of workers and executor, from the TINYPT_ variables.

    Raises:
        PipelineError: a value is unknown, or the executor's package is not installed.
    """
    name = os.environ.get("TINYPT_EXECUTOR", "local")
    if name not in EXECUTORS:
        raise PipelineError(f"TINYPT_EXECUTOR is {name}; set it to {', '.join(EXECUTORS[:-1])} or {EXECUTORS[-1]}")
    workers = os.environ.get("TINYPT_WORKERS", str(os.cpu_count() or 1))
    if not workers.isdecimal() or int(workers) < 1:
        raise PipelineError(f"TINYPT_WORKERS is {workers}; set it to a number of processes, at least 1")
    if name != "local":
        _package(name)
    return int(workers), Executor(name, os.environ.get(f"TINYPT_{name.upper()}_ADDRESS") or None)


def run(function: OnShard[Result], shards: list[Path], executor: Executor, workers: int) -> Iterator[Result]:
    """Results of `function` on each shard, in the order of `shards`.

    Args:
        function: must be picklable. It runs in the working directory, which workers on other machines must share.
        shards: paths, one per call.
        executor: runs the calls.
        workers: number of processes; ignored by a cluster at an address, which has its own.

    Raises:
        PipelineError: `function` raised it, a worker died, or the cluster cannot be reached.
    """
    return {"local": _local, "ray": _ray, "dask": _dask}[executor.name](function, shards, executor.address, workers)


def _local(function: OnShard[Result], shards: list[Path], _: str | None, workers: int) -> Iterator[Result]:
    if workers == 1 or len(shards) == 1:
        yield from map(function, shards)
        return
    # Spawned: a forked child would inherit the locks of thread pools, but not their threads.
    spawn = get_context("spawn")
    try:
        pool = ProcessPoolExecutor(min(workers, len(shards)), mp_context=spawn, initializer=end_with_parent)
    except OSError as error:  # its semaphores lie in /dev/shm, which some containers lack
        raise PipelineError(
            f"/dev/shm: workers need it ({first_line(error)}); mount it, or run with TINYPT_WORKERS=1"
        ) from None
    with _environment(ONE_THREAD), pool:
        try:
            yield from pool.map(function, shards)
        except BrokenProcessPool:
            raise PipelineError(_DIED.format("a lower TINYPT_WORKERS")) from None


def _ray(function: OnShard[Result], shards: list[Path], address: str | None, workers: int) -> Iterator[Result]:
    with ray_cluster(address, workers, store=100 << 20) as ray:
        task, shared = ray.remote(num_cpus=1)(_in_folder), ray.put(function)
        for reference in [task.remote(Path.cwd(), shared, shard) for shard in shards]:
            yield ray.get(reference)


@contextmanager
def ray_cluster(address: str | None, workers: int, store: int | None = None) -> Iterator[Any]:
    """The module `ray`, connected to a cluster.

    Args:
        address: of a running cluster; None starts workers on this machine.
        workers: number of workers to start.
        store: bytes of Ray's shared object store; None for Ray's default, 30 % of the machine's memory.

    Raises:
        PipelineError: a task raised it, a worker died, or the cluster cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = _package("ray")
    here: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": store}
    try:
        if address and ":" in address:  # Ray itself would retry without end
            host, _, port = address.rpartition(":")
            socket.create_connection((host, int(port)), timeout=30).close()
        ray.init(
            address or "local",
            runtime_env={"env_vars": {**ONE_THREAD, "PYTHONPATH": _python_path()}},
            log_to_driver=False,
            logging_level="ERROR",
            **({} if address else here),
        )
    except (OSError, ValueError) as error:
        raise PipelineError(f"TINYPT_RAY_ADDRESS: no cluster at {address} ({first_line(error)})") from None
    try:
        yield ray
    except ray.exceptions.RayTaskError as error:
        raise (error.cause if isinstance(error.cause, PipelineError) else error) from None
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError, ray.exceptions.NodeDiedError):
        raise PipelineError(_DIED.format("fewer workers" if address else "a lower TINYPT_WORKERS")) from None
    finally:
        ray.shutdown()


def _dask(function: OnShard[Result], shards: list[Path], address: str | None, workers: int) -> Iterator[Result]:
    distributed = _package("dask")
    with _environment({**ONE_THREAD, "PYTHONPATH": _python_path()}):
        try:
            client = distributed.Client(
                address
                or distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    memory_limit=0,  # only the machine's, as with the other executors
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
        except OSError as error:
            raise PipelineError(f"TINYPT_DASK_ADDRESS: no scheduler at {address} ({first_line(error)})") from None
        try:
            here = partial(_in_folder, Path.cwd(), function)
            for future in client.map(here, shards, pure=False):  # pure=True would reuse results of an earlier run
                yield future.result()
        except distributed.KilledWorker:
            raise PipelineError(_DIED.format("fewer workers" if address else "a lower TINYPT_WORKERS")) from None
        finally:
            client.close()
            if client.cluster:
                client.cluster.close()


def _in_folder(folder: Path, function: OnShard[Result], shard: Path) -> Result:
    """Run `function` on a worker, in the folder that the pipeline was started in: paths are relative to it."""
    try:
        os.chdir(folder)
    except OSError:
        raise PipelineError(
            f"{folder}: a worker cannot see this folder; move the project to a file system that all workers share"
        ) from None
    return function(shard)


def _package(executor: str) -> Any:
    """The Python module of an executor."""
    try:
        return importlib.import_module({"ray": "ray", "dask": "distributed"}[executor])
    except ImportError:
        raise PipelineError(f"TINYPT_EXECUTOR is {executor}, which is not installed; {_INSTALL}") from None


def _python_path() -> str:
    """PYTHONPATH for workers: they find this package whatever folder they were started in."""
    return os.pathsep.join(filter(None, [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")]))


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for processes started inside the block, then restore them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
