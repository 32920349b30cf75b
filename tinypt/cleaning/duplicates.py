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
_SPACE = re.compile(r"\s+")
_PRIME = np.uint64((1 << 61) - 1)


def normalised_hash(text: str) -> bytes:
    """128-bit hash of a text, case and white space apart: equal for exact duplicates."""
    return xxhash.xxh3_128_digest(_SPACE.sub(" ", text.lower()).strip().encode())


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
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        np.minimum(smallest, (mixed >> np.uint64(32)).astype(np.uint32).min(axis=0), out=smallest)
    return smallest


def _constants() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    numbers = [xxhash.xxh3_64_intdigest(f"minhash {index}".encode()) for index in range(2 * BINS)]
    return np.array(numbers[:BINS], dtype=np.uint64) | np.uint64(1), np.array(numbers[BINS:], dtype=np.uint64)


_FACTORS, _OFFSETS = _constants()


def roots(
    hashes: list[bytes], signatures: NDArray[np.uint32], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every document the first document it duplicates, exactly and nearly; itself where there is none.

    Candidates for near duplicates share a band of their signatures; a pair counts if the share of equal bins,
    an estimate of Jaccard similarity, reaches `threshold`. Clusters are the connected components.

    Args:
        hashes: normalised_hash of each document, in corpus order.
        signatures: uint32 [documents, 126]. The index takes 16 + 504 bytes a document.
        threshold: of similarity, 0 to 1.

    Returns:
        Two int64 arrays [documents]: root by exact hash, and root by similarity.
    """
    first: dict[bytes, int] = {}
    exact = np.array([first.setdefault(value, index) for index, value in enumerate(hashes)], dtype=np.int64)
    parents = exact.copy()
    unique = np.flatnonzero(exact == np.arange(len(exact)))
    for ours, theirs in _candidates(signatures, unique):
        if (signatures[ours] == signatures[theirs]).mean() >= threshold:
            _union(parents, ours, theirs)
    return exact, np.array([_find(parents, index) for index in range(len(parents))], dtype=np.int64)


def _candidates(signatures: NDArray[np.uint32], rows: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Pairs that agree in a band: each document with the first of its band's group, and with its neighbour in it."""
    for band in range(BANDS):
        keys = np.ascontiguousarray(signatures[rows, band * ROWS : (band + 1) * ROWS]).view(f"V{4 * ROWS}")[:, 0]
        _, group, sizes = np.unique(keys, return_inverse=True, return_counts=True)
        order = np.lexsort((rows, group))
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        for number in np.flatnonzero(sizes > 1):
            members = rows[order[bounds[number] : bounds[number + 1]]]
            for position in range(1, len(members)):
                yield int(members[0]), int(members[position])
                if position > 1:
                    yield int(members[position - 1]), int(members[position])


def _find(parents: NDArray[np.int64], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = int(parents[index])
    return index


def _union(parents: NDArray[np.int64], first: int, second: int) -> None:
    """Join two clusters under their smallest row."""
    a, b = _find(parents, first), _find(parents, second)
    parents[max(a, b)] = min(a, b)
