"""Exact and near duplicates: which documents to drop, by the index that measuring leaves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinypt.measures.jit import compiled, inner
from tinypt.measures.statistics import BINS, HASH_WORDS, INDEX_WORDS

# A band is one 64-bit word of the index, 8 bins. Texts of Jaccard similarity 0.9 share one of the 16 with
# probability 0.9999, of 0.8 with 0.95, of 0.7 with 0.61, of 0.5 with 0.06.
_CHANCE = 1 / 256  # that two bins of 8 bits are equal and the hashes they are of are not

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Chosen = NDArray[np.bool_]
# What joins in `parents` those of the chosen rows of an index that are equal in one of the columns and alike.
Join = Callable[[Hashes, list[int], int, Chosen, Numbers], None]
_FACTOR, _ONE, _32, _LOW = np.uint64(0x9E3779B97F4A7C15), np.uint64(1), np.uint64(32), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Clusters:
    """Where every document belongs, int64 columns [documents].

    exact: first document with the same hash; near: first document of the cluster of similar ones, itself where there is
    none; sizes: documents in that cluster.
    """

    exact: NDArray[np.int64]
    near: NDArray[np.int64]
    sizes: NDArray[np.int64]


def similarity(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Estimated Jaccard similarity of texts, float64 [pairs], by their rows of the index, uint64 [pairs, 18]."""
    bins = [np.ascontiguousarray(rows[:, HASH_WORDS:]).view(np.uint8) for rows in (first, second)]
    return np.asarray(((bins[0] == bins[1]).mean(axis=1) - _CHANCE) / (1 - _CHANCE))


def memory_to_join(documents: int) -> int:
    """Bytes of memory in which `join_here` is fast: an index, and the hash table that holds one of its columns."""
    return documents * 8 * INDEX_WORDS + _slots(documents) * 16


def join_here(index: Hashes, columns: list[int], equal: int, chosen: Chosen, parents: Numbers) -> None:
    """Join what is equal in a column and alike, column after column, in this process."""
    table, bins = np.empty((_slots(len(index)), 2), dtype=np.uint64), index.view(np.uint8)
    for column in columns:
        _join(index, bins, column, equal, chosen, parents, table)


def cluster(index: Hashes, threshold: float | None, join: Join = join_here) -> Clusters:
    """Find the documents that are the same, and those that are alike.

    Documents with a band in common are compared, each with the first and the last one before it that has the
    band; two are alike if their similarity as estimated reaches `threshold`. Clusters are the connected components.

    Args:
        index: uint64 [documents, 18] in corpus order, as `measure` returns it; may be memory-mapped. The search goes
            over it 17 times and takes some 60 bytes a document beside it.
        threshold: of similarity, 0 to 1; None looks for documents that are the same and no others.
        join: what finds the pairs and joins them, in this process or elsewhere.
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
    """By the other half of the hash for the hash, by the signature for a band of it."""
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
    """Join each of the chosen rows with the first and the last alike row before it of those equal in `column`.

    table: uint64 [size, 2], size a power of two: the column's value; the first row that has it and the last one, each
    plus one, in the upper and the lower half, together 0 where the place is free.
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
        mine = np.uint64(row + 1)
        if not rows:
            table[place, 0], table[place, 1] = key, mine << _32 | mine
            continue
        for other in (np.int64(rows >> _32) - 1, np.int64(rows & _LOW) - 1):
            ours, theirs = _find(parents, np.int64(row)), _find(parents, other)
            if ours != theirs and _alike(index, bins, column, equal, np.int64(row), other):
                parents[max(ours, theirs)] = min(ours, theirs)
        table[place, 1] = (rows >> _32) << _32 | mine


@compiled
def are_alike(
    index: Hashes, bins: NDArray[np.uint8], columns: Numbers, equal: int, rows: Numbers, others: Numbers
) -> Chosen:
    """Which pairs of rows `_join` would join, bool [pairs]; columns, int64 [pairs], are those they are equal in."""
    found = np.empty(len(rows), dtype=np.bool_)
    for place in range(len(rows)):
        found[place] = _alike(index, bins, columns[place], equal, rows[place], others[place])
    return found


@compiled
def unite(parents: Numbers, rows: Numbers, others: Numbers) -> None:
    """Join pairs of rows, int64 [pairs], in any order: roots are the smallest rows of what is connected."""
    for place in range(len(rows)):
        ours, theirs = _find(parents, rows[place]), _find(parents, others[place])
        if ours != theirs:
            parents[max(ours, theirs)] = min(ours, theirs)


@compiled
def _flatten(parents: Numbers) -> None:
    """Point every row at its root; a parent is never the later row, so one pass does."""
    for row in range(len(parents)):
        parents[row] = parents[parents[row]]
