"""Finding exact and near duplicates by the index that `measure` computes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinypt.measures.jit import compiled, inner
from tinypt.measures.statistics import BINS, HASH_WORDS, INDEX_WORDS

# A band is one 64-bit word of the index, 8 bins. Texts of Jaccard similarity 0.9 share one of the 16 with
# probability 0.9999, of 0.8 with 0.95, of 0.7 with 0.61, of 0.5 with 0.06.
_CHANCE = 1 / 256  # probability that two 8-bit bins are equal though their hashes differ

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Chosen = NDArray[np.bool_]
# Joins in `parents` the chosen rows of an index that are equal in one of the columns and alike.
# Arguments: index, columns, least number of equal bins, chosen [rows], parents [rows].
Join = Callable[[Hashes, list[int], int, Chosen, Numbers], None]
_FACTOR, _ONE, _32, _LOW = np.uint64(0x9E3779B97F4A7C15), np.uint64(1), np.uint64(32), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Clusters:
    """The cluster of every document; int64 arrays [documents].

    Attributes:
        exact: first document with the same hash.
        near: first document of the cluster of similar documents; the document itself if there is no other.
        sizes: number of documents in that cluster.
    """

    exact: NDArray[np.int64]
    near: NDArray[np.int64]
    sizes: NDArray[np.int64]


def similarity(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Estimated Jaccard similarity of pairs of texts, float64 [pairs].

    Args:
        first: index rows of the first texts, uint64 [pairs, 18].
        second: index rows of the second texts.
    """
    bins = [np.ascontiguousarray(rows[:, HASH_WORDS:]).view(np.uint8) for rows in (first, second)]
    return np.asarray(((bins[0] == bins[1]).mean(axis=1) - _CHANCE) / (1 - _CHANCE))


def memory_to_join(documents: int) -> int:
    """Bytes of memory that `join_here` needs to be fast: an index and the hash table of one of its columns."""
    return documents * 8 * INDEX_WORDS + _slots(documents) * 16


def join_here(index: Hashes, columns: list[int], equal: int, chosen: Chosen, parents: Numbers) -> None:
    """A `Join` in this process: join rows column by column."""
    table, bins = np.empty((_slots(len(index)), 2), dtype=np.uint64), index.view(np.uint8)
    for column in columns:
        _join(index, bins, column, equal, chosen, parents, table)


def cluster(index: Hashes, threshold: float | None, join: Join = join_here) -> Clusters:
    """Find exact duplicates and clusters of similar documents.

    Each document is compared with the first and the last earlier document that share a band with it. Two are alike
    if their estimated similarity reaches `threshold`. Clusters are the connected components.

    Args:
        index: uint64 [documents, 18] in corpus order, from `measure`; may be memory-mapped. The search reads it 17
            times and takes about 60 more bytes of memory per document.
        threshold: similarity, 0 to 1; None finds exact duplicates only.
        join: finds and joins the pairs, in this process or elsewhere.
    """
    exact = np.arange(len(index), dtype=np.int64)
    join(index, [0], 0, np.ones(len(index), dtype=np.bool_), exact)
    _flatten(exact)
    chosen, near = exact == np.arange(len(index)), exact.copy()
    if threshold is not None:
        equal = int(np.ceil((threshold * (1 - _CHANCE) + _CHANCE) * BINS - 1e-9))
        join(index, list(range(HASH_WORDS, index.shape[1])), equal, chosen, near)
    _flatten(near)
    return Clusters(exact, near, np.bincount(near, minlength=len(index))[near])


def _slots(documents: int) -> int:
    return 1 << max(2, (2 * documents - 1).bit_length())


@inner
def _find(parents: Numbers, row: np.int64) -> np.int64:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


@inner
def _alike(index: Hashes, bins: NDArray[np.uint8], column: int, equal: int, first: np.int64, second: np.int64) -> bool:
    """Compare the other half of the hash if `column` is the hash, the whole signature if it is a band."""
    if column == 0:
        return bool(index[first, 1] == index[second, 1])
    same = 0
    for place in range(bins.shape[1] - 128, bins.shape[1]):
        same += bins[first, place] == bins[second, place]
    return bool(same >= equal)


@compiled
def _join(
    index: Hashes,
    bins: NDArray[np.uint8],
    column: int,
    equal: int,
    chosen: Chosen,
    parents: Numbers,
    table: Hashes,
) -> None:
    """Join each chosen row with the first and the last earlier row that are equal in `column`, if they are alike.

    `table` is a hash table, uint64 [size, 2], size a power of two. An entry holds a value of the column and the first
    and the last row with it. Both are stored plus one, in the upper and the lower half; a free entry holds 0.
    """
    table[:, 1] = 0
    mask = np.int64(len(table) - 1)
    shift = np.uint64(64)
    size = len(table)
    while size > 1:
        size >>= 1
        shift -= _ONE
    for row in range(len(index)):
        if not chosen[row]:
            continue
        key = index[row, column]
        place = np.int64((key * _FACTOR) >> shift)
        while table[place, 1] and table[place, 0] != key:
            place = (place + 1) & mask
        rows = table[place, 1]
        entry = np.uint64(row + 1)
        if not rows:
            table[place, 0], table[place, 1] = key, entry << _32 | entry
            continue
        for other in (np.int64(rows >> _32) - 1, np.int64(rows & _LOW) - 1):
            root, other_root = _find(parents, np.int64(row)), _find(parents, other)
            if root != other_root and _alike(index, bins, column, equal, np.int64(row), other):
                parents[max(root, other_root)] = min(root, other_root)
        table[place, 1] = (rows >> _32) << _32 | entry


@compiled
def are_alike(
    index: Hashes, bins: NDArray[np.uint8], columns: Numbers, equal: int, rows: Numbers, others: Numbers
) -> Chosen:
    """Whether `_join` would join each pair of rows, bool [pairs].

    Args:
        index: uint64 [documents, 18].
        bins: the index as uint8 [documents, 144].
        columns: column in which the two rows of each pair are equal, int64 [pairs].
        equal: least number of equal bins.
        rows: the later row of each pair, int64 [pairs].
        others: the earlier row of each pair, int64 [pairs].
    """
    found = np.empty(len(rows), dtype=np.bool_)
    for place in range(len(rows)):
        found[place] = _alike(index, bins, columns[place], equal, rows[place], others[place])
    return found


@compiled
def unite(parents: Numbers, rows: Numbers, others: Numbers) -> None:
    """Join pairs of rows, int64 [pairs]. In any order, each root is the smallest row of its component."""
    for place in range(len(rows)):
        root, other_root = _find(parents, rows[place]), _find(parents, others[place])
        if root != other_root:
            parents[max(root, other_root)] = min(root, other_root)


@compiled
def _flatten(parents: Numbers) -> None:
    """Point every row at its root. A parent is never the later row, so one pass is enough."""
    for row in range(len(parents)):
        parents[row] = parents[parents[row]]
