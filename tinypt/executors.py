"""Where the work on shards runs: in processes of this machine, or on the workers of Ray or Dask.

The engine is the machine's affair and not the data's: all give the same results in the same order. So it is chosen by
environment variables, not by params.yaml, and DVC finds the same outputs up to date whatever ran them.

    TINYPT_EXECUTOR        local (default), ray or dask
    TINYPT_WORKERS       processes on this machine; default: one for each core
    TINYPT_RAY_ADDRESS   a running Ray cluster, whose workers are then used (`auto` on one of its machines)
    TINYPT_DASK_ADDRESS  a running Dask scheduler, whose workers are then used (tcp://host:8786)
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

from tinypt.runtime.errors import PipelineError

EXECUTORS = ("local", "ray", "dask")
_POOLS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
ONE_THREAD = {name: "1" for name in _POOLS}  # workers are as many as cores; thread pools in each would fight over them
_INSTALL = "pip install -r requirements-engines.txt"
_DIED = "a worker died, most likely for want of memory; run again to go on after the finished shards, with {}"
Result = TypeVar("Result")
OnShard = Callable[[Path], Result]


@dataclass(frozen=True)
class Executor:
    """An engine of EXECUTORS; `address` is that of a running cluster, None starts workers on this machine."""

    name: str
    address: str | None = None


LOCAL = Executor("local")


def from_environment() -> tuple[int, Executor]:
    """Workers and engine as the TINYPT_ variables say.

    Raises:
        PipelineError: a value is unknown or the engine's package is missing.
    """
    name = os.environ.get("TINYPT_EXECUTOR", "local")
    if name not in EXECUTORS:
        raise PipelineError(f"TINYPT_EXECUTOR is {name}; known are {', '.join(EXECUTORS)}")
    workers = os.environ.get("TINYPT_WORKERS", str(os.cpu_count() or 1))
    if not workers.isdecimal() or int(workers) < 1:
        raise PipelineError(f"TINYPT_WORKERS is {workers}; it must be a number of processes, 1 or more")
    if name != "local":
        _package(name)
    return int(workers), Executor(name, os.environ.get(f"TINYPT_{name.upper()}_ADDRESS") or None)


def run(function: OnShard[Result], shards: list[Path], engine: Executor, workers: int) -> Iterator[Result]:
    """Results of `function` on each shard, in the order of `shards`.

    Args:
        function: picklable; it runs in this process's folder, which a worker on another machine must see too.
        shards: its arguments.
        engine: where it runs.
        workers: processes; a cluster at an address has its own number.

    Raises:
        PipelineError: one that `function` raised; a worker died; the cluster cannot be reached.
    """
    return {"local": _local, "ray": _ray, "dask": _dask}[engine.name](function, shards, engine.address, workers)


def _local(function: OnShard[Result], shards: list[Path], _: str | None, workers: int) -> Iterator[Result]:
    if workers == 1 or len(shards) == 1:
        yield from map(function, shards)
        return
    # Started afresh: a forked child would inherit the locks of thread pools whose threads it has not.
    pool = ProcessPoolExecutor(min(workers, len(shards)), mp_context=get_context("spawn"))
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
    """The module `ray`, connected to the cluster at an address or to workers started on this machine.

    Args:
        address: None starts workers here.
        workers: how many of them.
        store: bytes of memory in which they exchange data; None is 30 % of the machine's, as Ray has it.

    Raises:
        PipelineError: one raised on a worker; a worker died; the cluster cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = _package("ray")
    here: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": store}
    try:
        if address and ":" in address:  # Ray itself would try for ever
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
        raise PipelineError(f"TINYPT_RAY_ADDRESS: no cluster at {address} ({_line(error)})") from None
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
                    memory_limit=0,  # none but the machine's, as with the other engines
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
        except OSError as error:
            raise PipelineError(f"TINYPT_DASK_ADDRESS: no scheduler at {address} ({_line(error)})") from None
        try:
            here = partial(_in_folder, Path.cwd(), function)
            for future in client.map(here, shards, pure=False):  # pure would take up what an earlier run left
                yield future.result()
        except distributed.KilledWorker:
            raise PipelineError(_DIED.format("fewer workers" if address else "a lower TINYPT_WORKERS")) from None
        finally:
            client.close()
            if client.cluster:
                client.cluster.close()


def _in_folder(folder: Path, function: OnShard[Result], shard: Path) -> Result:
    """On a worker: paths are relative to the folder that the pipeline was started in."""
    try:
        os.chdir(folder)
    except OSError:
        raise PipelineError(
            f"{folder}: a worker does not see this folder; the project must lie on a file system that all workers share"
        ) from None
    return function(shard)


def _package(engine: str) -> Any:
    """The module an engine is used by."""
    try:
        return importlib.import_module({"ray": "ray", "dask": "distributed"}[engine])
    except ImportError:
        raise PipelineError(f"TINYPT_EXECUTOR is {engine}, which is not installed; {_INSTALL}") from None


def _python_path() -> str:
    """Where workers find this package: whatever folder they were started in."""
    return os.pathsep.join(filter(None, [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")]))


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Environment variables for the processes started inside; those of this process are restored."""
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


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
