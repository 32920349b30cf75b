"""Choosing the documents to keep, by their measures alone: the first rule failed, then duplicates.

Nothing here reads a text, so that thresholds can be tried in minutes on a corpus that took hours to clean.
"""

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tinypt.corpus.shards import list_shards, read_shard, write_shard
from tinypt.executors import LOCAL, Executor
from tinypt.files import WORK
from tinypt.measures.statistics import COLUMNS, HASH_WORDS, INDEX_WORDS, Statistics
from tinypt.params.select import DUPLICATES, Rule, Select
from tinypt.selection.duplicates import Join, cluster, join_here, memory_to_join
from tinypt.selection.duplicates_ray import join_on_ray

log = logging.getLogger(__name__)

# reason: the rule a document is dropped by, null where it stays; cluster: number in the corpus, from 0, of the first
# document of those it is like, itself where there is none; cluster_size: their number; cluster_hash: 128-bit hash of
# the first one's text, by which the corpus is split.
DECISIONS = pa.schema(
    [
        ("reason", pa.string()),
        ("cluster", pa.int64()),
        ("cluster_size", pa.int64()),
        ("cluster_hash", pa.binary(16)),
    ]
)
_SHARE = 0.75  # of the machine's memory: what is needed beyond it is read from disk again for every band


@dataclass(frozen=True)
class Decisions:
    """What becomes of every document of the corpus, arrays [documents].

    names: the reasons, in order; reason: place in `names`, int64, len(names) for a document that stays;
    cluster, size, hash: as in DECISIONS, int64 and uint64 [documents, 2].
    """

    names: list[str]
    reason: NDArray[np.int64]
    cluster: NDArray[np.int64]
    size: NDArray[np.int64]
    hash: NDArray[np.uint64]


def decide(measures: Path, options: Select, workers: int = 1, engine: Executor = LOCAL) -> Decisions:
    """Decide on all documents with measures in a folder of shards, in corpus order.

    Takes 200 bytes a document of memory at most, and 144 of disk under .cache/ for the search for duplicates.

    Args:
        measures: folder of shards of measures.
        options: the `select` parameters.
        workers: processes that search for duplicates where the engine is Ray.
        engine: Ray spreads that search; the others leave it in this process. The result does not depend on it.
    """
    names = [*options.rules, *DUPLICATES]
    shards = list_shards(measures)
    reason = np.concatenate([first_failed(read_statistics(shard), options.rules) for shard in shards])
    reason[reason == len(options.rules)] = len(names)
    cluster_of, size = np.arange(len(reason)), np.ones(len(reason), dtype=np.int64)
    hashes = np.empty((len(reason), HASH_WORDS), dtype=np.uint64)
    passed = np.flatnonzero(reason == len(names))
    WORK.mkdir(exist_ok=True)  # not the machine's own temporary folder: Ray's workers have to see the index
    with tempfile.TemporaryDirectory(dir=WORK, ignore_cleanup_errors=True) as folder:  # NFS: a worker may hold it still
        path = Path(folder) / "index.npy"
        index = np.lib.format.open_memmap(path, "w+", np.uint64, (len(passed), INDEX_WORDS))
        row = at = 0
        for shard in shards:
            part = _index(shard)
            hashes[row : row + len(part)] = part[:, :HASH_WORDS]
            chosen = part[reason[row : row + len(part)] == len(names)]
            index[at : at + len(chosen)] = chosen
            row, at = row + len(part), at + len(chosen)
        index.flush()
        with _search(path, len(passed), workers, engine) as join:
            clusters = cluster(index, options.near_duplicates, join)
        del index
    own = np.arange(len(passed))
    exact, near = len(options.rules), len(options.rules) + 1
    reason[passed] = np.where(clusters.exact != own, exact, np.where(clusters.near != own, near, len(names)))
    cluster_of[passed] = passed[clusters.near]
    size[passed] = clusters.sizes
    return Decisions(names, reason, cluster_of, size, hashes[cluster_of])


def first_failed(statistics: Statistics, rules: Mapping[str, Rule]) -> NDArray[np.int64]:
    """Place in `rules` of the first that each document fails, int64 [documents]; their number where it fails none."""
    first = np.full(len(statistics.words), len(rules))
    for place, rule in reversed([*enumerate(rules.values())]):
        values = getattr(statistics, rule.statistic)
        if rule.min is not None:
            first[values < rule.min] = place
        if rule.max is not None:
            first[values > rule.max] = place
    return first


def _search(path: Path, documents: int, workers: int, engine: Executor) -> AbstractContextManager[Join]:
    if engine.name == "ray":
        return join_on_ray(path, engine.address, workers)
    needed, memory = memory_to_join(documents), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > _SHARE * memory:
        log.warning(
            "select: to search %d documents for duplicates takes %.1f GB of memory, of which this machine has %.1f; "
            "TINYPT_EXECUTOR=ray spreads it (docs/scale.md)",
            documents,
            needed / 1e9,
            memory / 1e9,
        )
    return nullcontext(join_here)


def write_decisions(decisions: Decisions, measures: Path, folder: Path) -> None:
    """Write a shard of DECISIONS for every shard of measures."""
    reasons = pa.array([*decisions.names, None], pa.string())
    for shard, rows in _rows(measures):
        hashes = np.ascontiguousarray(decisions.hash[rows])
        columns = [
            reasons.take(pa.array(decisions.reason[rows])),
            pa.array(decisions.cluster[rows]),
            pa.array(decisions.size[rows]),
            pa.FixedSizeBinaryArray.from_buffers(DECISIONS.field(3).type, len(hashes), [None, pa.py_buffer(hashes)]),
        ]
        write_shard(folder / shard.name, [pa.table(columns, schema=DECISIONS)])


def _rows(measures: Path) -> Iterator[tuple[Path, slice]]:
    """Every shard, and where its documents are in the corpus."""
    start = 0
    for shard in list_shards(measures):
        count = pq.read_metadata(shard).num_rows
        yield shard, slice(start, start + count)
        start += count


def read_statistics(shard: Path) -> Statistics:
    """The statistics in a shard of measures."""
    batches = list(read_shard(shard, list(COLUMNS)))
    columns = [
        np.concatenate([batch.column(name).to_numpy() for batch in batches] or [np.empty(0)]) for name in COLUMNS
    ]
    return Statistics(*columns)


def _index(shard: Path) -> NDArray[np.uint64]:
    parts = [np.empty((0, INDEX_WORDS), dtype=np.uint64)]
    for batch in read_shard(shard, ["index"]):
        column = batch.column("index")
        data = np.frombuffer(column.buffers()[1], np.uint64)[column.offset * INDEX_WORDS :]
        parts.append(data[: len(column) * INDEX_WORDS].reshape(-1, INDEX_WORDS))
    return np.concatenate(parts)
