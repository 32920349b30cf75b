"""The executors: the same results in the same order, and a one-line message if a worker fails."""

import importlib.util
import os
from pathlib import Path

import pytest

from tests.on_shards import defect, die, refuse, where
from tinypt.cleaning.clean import clean_corpus
from tinypt.corpus.sample import sample_tables
from tinypt.corpus.shards import list_shards
from tinypt.corpus.writer import ShardWriter
from tinypt.executors import EXECUTORS, LOCAL, ONE_THREAD, Executor, _in_folder, from_environment, run
from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus, SampleCorpus
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError

SAMPLE = Path(__file__).parents[1] / "params/sample.yaml"
SHARDS = [Path(f"shard-{index}") for index in range(5)]


@pytest.fixture(params=[pytest.param(name, marks=() if name == "local" else pytest.mark.long) for name in EXECUTORS])
def executor(request: pytest.FixtureRequest) -> Executor:
    name: str = request.param
    package = {"local": "multiprocessing", "ray": "ray", "dask": "distributed"}[name]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{name} is not installed (pip install -r requirements-engines.txt)")
    return Executor(name)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """400 documents of the sample, in several shards."""
    corpus: SampleCorpus = load("corpus", Corpus, SAMPLE)
    corpus = SampleCorpus("sample", 400, corpus.noise)
    writer = ShardWriter(tmp_path / "raw")
    for table in sample_tables(corpus, 5):
        for rows in table.to_batches(max_chunksize=100):
            writer.add(rows)
            writer.close()
    return tmp_path / "raw"


def test_workers_keep_order_and_folder_and_use_one_thread(
    executor: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEST_PROCESS", str(os.getpid()))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    results = list(run(where, SHARDS, executor, 2))
    assert results == [(shard.name, str(tmp_path), False, ONE_THREAD) for shard in SHARDS]
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "POLARS_MAX_THREADS" not in os.environ


def test_every_executor_writes_the_same_bytes(
    executor: Executor, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the stage's paths are relative
    rules: Clean = load("clean", Clean, SAMPLE)
    clean_corpus(Path("raw"), Path("here"), rules, 1)
    clean_corpus(Path("raw"), Path("there"), rules, 2, executor)
    files = [[path.read_bytes() for path in list_shards(Path(work, "clean"))] for work in ("here", "there")]
    files += [[path.read_bytes() for path in list_shards(Path(work, "measures"))] for work in ("here", "there")]
    assert files[2] == files[3]
    assert files[0] == files[1]
    assert len(files[0]) == len(list_shards(raw)) > 2


def test_a_bad_shard_gives_one_line(executor: Executor) -> None:
    with pytest.raises(PipelineError, match=r"^shard-3: refused$"):
        list(run(refuse, SHARDS, executor, 2))


def test_a_defect_keeps_its_exception(executor: Executor) -> None:
    with pytest.raises(ZeroDivisionError, match="shard-0"):
        list(run(defect, SHARDS, executor, 2))


def test_a_dead_worker_gives_one_line(executor: Executor) -> None:
    with pytest.raises(PipelineError, match=r"^a worker died.* run again with a lower TINYPT_WORKERS, which continues"):
        list(run(die, SHARDS, executor, 2))


def test_without_shared_memory_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("multiprocessing.synchronize.SemLock.__init__", fails)
    with pytest.raises(PipelineError, match=r"^/dev/shm: workers need it .*; mount it, or run with TINYPT_WORKERS=1$"):
        list(run(refuse, SHARDS, LOCAL, 2))


def test_an_unreachable_cluster_gives_one_line() -> None:
    pytest.importorskip("ray", reason="ray is not installed (pip install -r requirements-engines.txt)")
    for address in ("127.0.0.1:9", "nowhere:port"):
        with pytest.raises(PipelineError, match=f"^TINYPT_RAY_ADDRESS: no cluster at {address}"):
            list(run(refuse, SHARDS, Executor("ray", address), 2))


def test_one_local_worker_runs_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_PROCESS", str(os.getpid()))
    assert [result[2] for result in run(where, SHARDS, LOCAL, 1)] == [True] * 5
    assert [result[2] for result in run(where, SHARDS[:1], LOCAL, 2)] == [True]


def test_a_folder_that_workers_cannot_see_is_refused(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(PipelineError, match="gone: a worker cannot see this folder"):
        _in_folder(gone, refuse, SHARDS[0])


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("EXECUTOR", "WORKERS", "RAY_ADDRESS", "DASK_ADDRESS"):
        monkeypatch.delenv(f"TINYPT_{name}", raising=False)
    return monkeypatch


def test_environment_variables_choose_the_executor(unset: pytest.MonkeyPatch) -> None:
    assert from_environment() == (os.cpu_count(), LOCAL)
    unset.setattr("importlib.import_module", lambda name: name)
    unset.setenv("TINYPT_EXECUTOR", "ray")
    unset.setenv("TINYPT_WORKERS", "3")
    unset.setenv("TINYPT_DASK_ADDRESS", "tcp://other:1")
    assert from_environment() == (3, Executor("ray"))
    unset.setenv("TINYPT_RAY_ADDRESS", "auto")
    assert from_environment() == (3, Executor("ray", "auto"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("TINYPT_EXECUTOR", "spark", r"^TINYPT_EXECUTOR is spark; set it to local, ray or dask$"),
        ("TINYPT_WORKERS", "0", r"^TINYPT_WORKERS is 0; set it to a number of processes, at least 1$"),
        ("TINYPT_WORKERS", "all", r"^TINYPT_WORKERS is all;"),
    ],
)
def test_unknown_values_are_refused(unset: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    unset.setenv(name, value)
    with pytest.raises(PipelineError, match=message):
        from_environment()


def test_a_missing_package_is_refused_by_name(unset: pytest.MonkeyPatch) -> None:
    unset.setenv("TINYPT_EXECUTOR", "ray")
    unset.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(PipelineError, match=r"^TINYPT_EXECUTOR is ray.* pip install -r requirements-engines\.txt$"):
        from_environment()
