"""The search for duplicates on a Ray cluster, for corpora that exceed the memory of one machine.

Ray Data groups rows of (column, key, document), made from the index, by column and key. Each document is compared
with the first and the last earlier document of its group. Pairs that are alike are returned as links. These are the
pairs that `duplicates.join_here` compares. Connected components do not depend on the order of the links, so the
clusters depend on neither the number of workers nor of parts.

Most groups hold one document, and there are too many to call a function for each. So a part of all keys is grouped
at a time.
"""

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinypt.executors import ray_cluster
from tinypt.runtime.errors import PipelineError
from tinypt.selection.duplicates import Chosen, Hashes, Join, Numbers, are_alike, unite

KEYS = 1 << 22  # approximate keys per part: 90 MB of rows; the worker that groups them peaks at 1.3 GB
_FACTOR, _32 = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
Columns = dict[str, NDArray[np.generic]]


@contextmanager
def join_on_ray(path: Path, address: str | None, workers: int) -> Iterator[Join]:
    """Yield a `join` for `cluster` that searches on Ray.

    Args:
        path: the index to search, an .npy file in a folder that all workers see.
        address: address of a running cluster; None starts workers on this machine.
        workers: number of workers to start.

    Raises:
        PipelineError: a worker does not see the index; one died; the cluster cannot be reached.
    """
    with ray_cluster(address, workers):
        yield partial(_join, path.absolute(), workers)


def _join(
    path: Path, workers: int, _: Hashes, columns: list[int], equal: int, chosen: Chosen, parents: Numbers
) -> None:
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return
    parts = -(-len(rows) * len(columns) // KEYS)
    data = importlib.import_module("ray.data")
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = data.DataContext.get_current()
    context.enable_progress_bars, context.raise_original_map_exception = False, True
    links = (
        data.from_numpy(np.array_split(rows, max(parts, workers)))
        .map_batches(partial(_keys, path=path, columns=columns, parts=parts), batch_size=None)
        .groupby("part", num_partitions=parts)
        .map_groups(partial(_links, path=path, equal=equal), batch_format="numpy")
    )
    for batch in links.iter_batches(batch_size=None):
        unite(parents, batch["row"], batch["other"])


def _keys(batch: Columns, path: Path, columns: list[int], parts: int) -> Columns:
    """Make one row per key of the documents: the part of its group, column, key and document."""
    rows = batch["data"]
    keys = _load(path)[rows][:, columns]
    column = np.broadcast_to(np.array(columns, dtype=np.uint8), keys.shape)
    part = ((keys + column) * _FACTOR >> _32) % np.uint64(parts)
    row = np.repeat(rows, len(columns))
    return {"part": part.ravel().astype(np.int32), "column": column.ravel(), "key": keys.ravel(), "row": row}


def _links(part: Columns, path: Path, equal: int) -> Columns:
    """Pairs of similar documents in the groups of a part: each with the first and the last one before it."""
    order = np.lexsort((part["row"], part["key"], part["column"]))
    column, key, row = (part[name][order] for name in ("column", "key", "row"))
    new = np.ones(len(row), dtype=np.bool_)
    new[1:] = (column[1:] != column[:-1]) | (key[1:] != key[:-1])
    later = np.flatnonzero(~new)
    first = np.maximum.accumulate(np.where(new, np.arange(len(row)), 0))[later]
    third = later[first != later - 1]  # for the second of a group, the first is also the last before it
    at, other = np.concatenate([later, third]), np.concatenate([first, third - 1])
    index = _load(path)
    columns, rows, others = column[at].astype(np.int64), row[at], row[other]
    alike = are_alike(index, index.view(np.uint8), columns, equal, rows, others)
    return {"row": rows[alike], "other": others[alike]}


def _load(path: Path) -> Hashes:
    try:
        index: Hashes = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise PipelineError(
            f"{path}: a worker does not see this file; the project must lie on a file system that all workers share"
        ) from None
    return index
