"""Exact and near duplicates: hashes of texts, and the documents to drop."""

import re
from collections.abc import Iterator

import numpy as np
import xxhash
from numpy.typing import NDArray

BANDS, ROWS = 21, 6  # texts of Jaccard similarity 0.8 share a band with probability 0.998, of 0.5 with 0.28
BINS = BANDS * ROWS
SHINGLE = 5  # words
_WORD = re.compile(r"\w+")
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_PAIRS = 1 << 16  # compared at a time


def normalised_hash(text: str) -> bytes:
    """128-bit hash of a text, case and white space apart: equal for exact duplicates."""
    return xxhash.xxh3_128_digest(" ".join(text.lower().split()).encode())


def signature(text: str) -> NDArray[np.uint32]:
    """MinHash signature of a text's word 5-grams, uint32 [126] (Broder 1997); one gram for shorter texts.

    One hash a gram, spread into 126 by multiply-shift with fixed odd factors: no hash that varies with the
    process or platform takes part.
    """
    words = _WORD.findall(text.lower())
    grams = [" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))]
    hashes = np.array([xxhash.xxh3_64_intdigest(gram.encode()) for gram in dict.fromkeys(grams)], dtype=np.uint64)
    smallest = np.full(BINS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for start in range(0, len(hashes), 512):  # in pieces, so that a long text does not cost 126 times its hashes
        mixed = hashes[start : start + 512, None] * _FACTORS + _OFFSETS
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
        np.minimum(smallest, (mixed >> np.uint64(32)).astype(np.uint32).min(axis=0), out=smallest)
    return smallest


def _constants() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    numbers = [xxhash.xxh3_64_intdigest(f"minhash {index}".encode()) for index in range(2 * BINS)]
    return np.array(numbers[:BINS], dtype=np.uint64) | np.uint64(1), np.array(numbers[BINS:], dtype=np.uint64)


_FACTORS, _OFFSETS = _constants()


def roots(
    hashes: NDArray[np.uint32], signatures: NDArray[np.uint32], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every document the first document it duplicates, exactly and nearly; itself where there is none.

    Candidates for near duplicates share a band of their signatures; a pair counts if the share of equal bins,
    an estimate of Jaccard similarity, reaches `threshold`. Clusters are the connected components.

    Args:
        hashes: uint32 [documents, 4], the normalised_hash of each document, in corpus order.
        signatures: uint32 [documents, 126]. The index takes 16 + 504 bytes a document, the search 110 more.
        threshold: of similarity, 0 to 1.

    Returns:
        Two int64 arrays [documents]: root by exact hash, and root by similarity.
    """
    keys = np.ascontiguousarray(hashes).view(np.uint64)
    order = np.lexsort((keys[:, 1], keys[:, 0]))  # stable: equal hashes stay in document order
    new = np.ones(len(order), dtype=bool)
    new[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    exact = np.empty(len(order), dtype=np.int64)
    exact[order] = order[new][np.cumsum(new) - 1]
    parents = exact.copy()
    rows = np.flatnonzero(exact == np.arange(len(exact)))
    for band in range(BANDS):
        for first, second in _candidates(signatures, rows, band):
            alike = (signatures[first] == signatures[second]).mean(axis=1) >= threshold
            for ours, theirs in zip(first[alike].tolist(), second[alike].tolist(), strict=True):
                _union(parents, ours, theirs)
    return exact, np.array([_find(parents, index) for index in range(len(parents))], dtype=np.int64)


def _candidates(
    signatures: NDArray[np.uint32], rows: NDArray[np.int64], band: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of `rows` that agree in a band: each with the first of its group, and with its neighbour in it."""
    key = np.zeros(len(rows), dtype=np.uint64)
    for column in range(band * ROWS, (band + 1) * ROWS):  # a collision costs one comparison and no more
        key = (key ^ signatures[rows, column]) * _MIX
    order = np.argsort(key, kind="stable")
    new = np.ones(len(order), dtype=bool)
    new[1:] = key[order[1:]] != key[order[:-1]]
    leader = order[new][np.cumsum(new) - 1]
    later = np.flatnonzero(~new)
    pairs = np.unique(
        np.stack([np.append(leader[later], order[later - 1]), np.append(order[later], order[later])]), axis=1
    )
    for start in range(0, pairs.shape[1], _PAIRS):
        first, second = rows[pairs[:, start : start + _PAIRS]]
        yield first, second


def _find(parents: NDArray[np.int64], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = int(parents[index])
    return index


def _union(parents: NDArray[np.int64], first: int, second: int) -> None:
    """Join two clusters under their smallest row."""
    a, b = _find(parents, first), _find(parents, second)
    parents[max(a, b)] = min(a, b)
