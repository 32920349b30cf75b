"""Choosing the documents to keep by their measures: rules first, then duplicates.

No text is read here. So thresholds can be tried in minutes on a corpus that took hours to clean.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tinypt.corpus.shards import list_shards, read_shard, write_shard
from tinypt.executors import LOCAL, Executor
from tinypt.files import create_array, work_folder
from tinypt.measures.statistics import COLUMNS, HASH_WORDS, INDEX_WORDS, Statistics
from tinypt.params.select import DUPLICATES, Rule, Select
from tinypt.selection.duplicates import Join, cluster, join_here, memory_to_join
from tinypt.selection.duplicates_ray import join_on_ray

log = logging.getLogger(__name__)

# reason: rule that drops the document; null if it stays.
# cluster: first document of its cluster of duplicates, counted from 0 in the corpus; itself if it has none.
# cluster_size: number of documents in the cluster.
# cluster_hash: 128-bit hash of the text of the cluster's first document, by which the corpus is split.
DECISIONS = pa.schema(
    [
        ("reason", pa.string()),
        ("cluster", pa.int64()),
        ("cluster_size", pa.int64()),
        ("cluster_hash", pa.binary(16)),
    ]
)
_SHARE = 0.75  # share of the machine's memory; an index beyond it is read from disk again for every band


@dataclass(frozen=True)
class Decisions:
    """The decision on every document of the corpus.

    Attributes:
        names: the possible reasons for dropping a document, in order.
        reason: int64 [documents], position in `names`; len(names) for a document that stays.
        cluster: int64 [documents], as in DECISIONS.
        size: int64 [documents], cluster_size in DECISIONS.
        hash: uint64 [documents, 2], cluster_hash in DECISIONS.
    """

    names: list[str]
    reason: NDArray[np.int64]
    cluster: NDArray[np.int64]
    size: NDArray[np.int64]
    hash: NDArray[np.uint64]


def decide(measures: Path, options: Select, workers: int = 1, executor: Executor = LOCAL) -> Decisions:
    """Decide on all documents, in corpus order.

    Takes at most 200 bytes of memory per document. The search for duplicates takes 144 bytes of disk per document
    under .cache/.

    Args:
        measures: folder with the shards of measures.
        options: the `select` parameters.
        workers: number of processes that search for duplicates on Ray.
        executor: Ray distributes that search; others run it in this process. The result does not depend on it.
    """
    names = [*options.rules, *DUPLICATES]
    shards = list_shards(measures)
    reason = np.concatenate([first_failed(read_statistics(shard), options.rules) for shard in shards])
    reason[reason == len(options.rules)] = len(names)
    cluster_of, size = np.arange(len(reason)), np.ones(len(reason), dtype=np.int64)
    hashes = np.empty((len(reason), HASH_WORDS), dtype=np.uint64)
    passed = np.flatnonzero(reason == len(names))
    with _index_folder() as folder:
        path = folder / "index.npy"
        index = create_array(path, np.uint64, (len(passed), INDEX_WORDS))
        row = at = 0
        for shard in shards:
            part = _index(shard)
            hashes[row : row + len(part)] = part[:, :HASH_WORDS]
            chosen = part[reason[row : row + len(part)] == len(names)]
            index[at : at + len(chosen)] = chosen
            row, at = row + len(part), at + len(chosen)
        index.flush()
        with _search(path, len(passed), workers, executor) as join:
            clusters = cluster(index, options.near_duplicates, join)
        del index
    own = np.arange(len(passed))
    exact, near = len(options.rules), len(options.rules) + 1
    reason[passed] = np.where(clusters.exact != own, exact, np.where(clusters.near != own, near, len(names)))
    cluster_of[passed] = passed[clusters.near]
    size[passed] = clusters.sizes
    return Decisions(names, reason, cluster_of, size, hashes[cluster_of])


def first_failed(statistics: Statistics, rules: Mapping[str, Rule]) -> NDArray[np.int64]:
    """Position of the first rule that each document fails, int64 [documents]; the number of rules if it fails none."""
    first = np.full(len(statistics.words), len(rules))
    for place, rule in reversed([*enumerate(rules.values())]):
        values = getattr(statistics, rule.statistic)
        if rule.min is not None:
            first[values < rule.min] = place
        if rule.max is not None:
            first[values > rule.max] = place
    return first


@contextmanager
def _index_folder() -> Iterator[Path]:
    """An empty folder for the index, removed in the end. The next run removes the one that a killed run left.

    It is not in the machine's temporary folder: Ray's workers must see it. On NFS one of them may still hold the index.
    """
    folder = work_folder("select", "index")
    shutil.rmtree(folder)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _search(path: Path, documents: int, workers: int, executor: Executor) -> AbstractContextManager[Join]:
    if executor.name == "ray":
        return join_on_ray(path, executor.address, workers)
    needed, memory = memory_to_join(documents), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > _SHARE * memory:
        log.warning(
            "select: searching %d documents for duplicates takes %.1f GB of memory, but this machine has %.1f GB; "
            "TINYPT_EXECUTOR=ray distributes the search (docs/scale.md)",
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
    """Every shard of measures with the range of its documents in the corpus."""
    start = 0
    for shard in list_shards(measures):
        count = pq.read_metadata(shard).num_rows
        yield shard, slice(start, start + count)
        start += count


def read_statistics(shard: Path) -> Statistics:
    """Read the statistics from a shard of measures."""
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
