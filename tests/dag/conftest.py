"""One finished run of the minimal pipeline, which tests copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.dag.clone import Clone, minimal
from tests.dag.warm import warm_python


@pytest.fixture(scope="session")
def python() -> Iterator[Path]:
    """The folder of a `python` that starts warm."""
    with warm_python() as folder:
        yield folder


@pytest.fixture(scope="session")
def finished(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which the minimal pipeline has run and is committed. All workers share it, so no test changes it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    done = base / "finished.done"
    with FileLock(base / "finished.lock"):
        if not done.exists():
            clone = Clone.start(base / "finished", minimal(), python)
            assert set(clone.ran(clone.run("python", "-m", "ci.repro"))) == clone.stages()
            clone.commit("repro")
            done.touch()
    return Clone(base / "finished", python)
