"""The search on Ray finds the same clusters as the one in this process, for any grouping and order."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tinypt.measures.statistics import HASH_WORDS, INDEX_WORDS
from tinypt.runtime.errors import PipelineError
from tinypt.selection import duplicates_ray as spread
from tinypt.selection.duplicates import Chosen, Hashes, Join, Numbers, cluster, unite


def _planted(rows: int, seed: int) -> Hashes:
    """Originals, exact copies, near copies around the threshold, and rows that only resemble copies."""
    rng = np.random.default_rng(seed)
    index = rng.integers(0, 2**64, (rows, INDEX_WORDS), dtype=np.uint64)
    for row in range(1, rows):
        source, kind = int(rng.integers(0, row)), rng.random()
        if kind < 0.15:
            index[row] = index[source]
        elif kind < 0.5:  # keeps 6 to 15 of the 16 bands
            words = HASH_WORDS + rng.permutation(INDEX_WORDS - HASH_WORDS)[: int(rng.integers(6, 16))]
            index[row, words] = index[source, words]
        elif kind < 0.6:  # half a hash
            index[row, 0] = index[source, 0]
        elif kind < 0.8:  # the most common value of a band
            index[row, HASH_WORDS + 3] = index[0, HASH_WORDS + 3]
    return index


def _join_in_parts(path: Path, parts: int, rng: np.random.Generator) -> Join:
    """Applies the module's two functions as Ray does, with everything in random order."""

    def join(_: Hashes, columns: list[int], equal: int, chosen: Chosen, parents: Numbers) -> None:
        blocks = np.array_split(np.flatnonzero(chosen), 3)
        keys = [spread._keys({"data": block}, path, columns, parts) for block in blocks]
        whole = {name: np.concatenate([batch[name] for batch in keys]) for name in keys[0]}
        order = rng.permutation(len(whole["part"]))
        for part in rng.permutation(parts):
            inside = order[whole["part"][order] == part]
            links = spread._links({name: values[inside] for name, values in whole.items()}, path, equal)
            unite(parents, links["row"], links["other"])

    return join


def _same(index: Hashes, threshold: float | None, join: Join) -> NDArray[np.int64]:
    """Assert that two searches find the same; returns the clusters."""
    here, there = cluster(index, threshold), cluster(index, threshold, join)
    for name in ("exact", "near", "sizes"):
        assert getattr(here, name).tobytes() == getattr(there, name).tobytes(), name
    return here.near


@settings(max_examples=40)
@given(
    rows=st.integers(1, 120),
    seed=st.integers(0, 2**32 - 1),
    parts=st.integers(1, 9),
    threshold=st.none() | st.floats(0.3, 0.9),
)
def test_links_in_any_order_and_parts_give_the_same_clusters(
    tmp_path_factory: pytest.TempPathFactory, rows: int, seed: int, parts: int, threshold: float | None
) -> None:
    path = tmp_path_factory.mktemp("index") / "index.npy"
    np.save(path, _planted(rows, seed))
    _same(np.load(path, mmap_mode="r"), threshold, _join_in_parts(path, parts, np.random.default_rng(seed)))


def test_a_third_copy_is_compared_with_the_first_and_the_second(tmp_path: Path) -> None:
    """The last row is like the one before it and unlike the first row of their band."""
    index = np.random.default_rng(0).integers(0, 2**64, (3, INDEX_WORDS), dtype=np.uint64)
    index[1:, HASH_WORDS] = index[0, HASH_WORDS]
    index[2, HASH_WORDS:-1] = index[1, HASH_WORDS:-1]
    np.save(tmp_path / "index.npy", index)
    join = _join_in_parts(tmp_path / "index.npy", 2, np.random.default_rng(0))
    assert _same(index, 0.8, join).tolist() == [0, 1, 1]


@pytest.mark.long
def test_ray_finds_the_same_and_reports_an_index_that_workers_cannot_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="ray is not installed (pip install -r requirements-engines.txt)")
    path, index = tmp_path / "index.npy", _planted(600, 1)
    np.save(path, index)
    monkeypatch.setattr(spread, "KEYS", 2500)  # one part for the hashes, four for the bands

    def searches() -> None:
        with spread.join_on_ray(path, None, 2) as join:  # one start of Ray for all
            near = _same(index, 0.6, join)
            assert 0.3 < (near != np.arange(600)).mean() < 0.7
            path.unlink()
            cluster(index, None, join)

    with pytest.raises(PipelineError, match=r"index\.npy: a worker does not see this file"):
        searches()


def test_no_documents_need_no_cluster(tmp_path: Path) -> None:
    spread._join(
        tmp_path / "none", 2, np.empty((0, INDEX_WORDS), np.uint64), [0], 0, np.ones(0, np.bool_), np.arange(0)
    )
