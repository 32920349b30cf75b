"""One finished run of the minimal pipeline, which tests copy."""

import os

import pytest
from filelock import FileLock

from tests.dag.clone import Clone, minimal


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which the minimal pipeline has run and is committed. All workers share it, so no test changes it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    done = base / "finished.done"
    with FileLock(base / "finished.lock"):
        if not done.exists():
            clone = Clone.start(base / "finished", minimal())
            assert set(clone.repro()) == clone.stages()
            clone.commit("repro")
            done.touch()
    return Clone(base / "finished")
