"""Precision and recall of the search for near duplicates, measured against the exact similarity of every pair.

    python -m bench.near_duplicates --text PATH [--documents N]

PATH is a file or folder that `corpus.source: files` can read, preferably of cleaned text. Documents are drawn in
evenly spaced stretches of consecutive texts, because versions of a page and copies of a message are often neighbours.
Texts too short for the pipeline's rules are excluded.

The reference is the exact Jaccard similarity of the sets of five-word sequences for all pairs. It is computed as a
product of sparse matrices, without signatures or bands. A pair is found if both texts are in one cluster. If there
are few real pairs above the threshold, copies with replaced words are added and reported separately. The last line is
JSON.
"""

import argparse
import json
import re
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench.text import file_texts
from tinypt.measures.statistics import measure
from tinypt.selection.duplicates import cluster

SEED = 20240917
THRESHOLD = 0.75  # the pipeline's, in params/
GRAM, SHORTEST = 5, 20  # words
STRETCH = 500  # documents
BLOCK = 250  # rows of a product; about 100 MB if most texts share a sequence
BANDS = (0.6, 0.7, 0.75, 0.8, 0.9, 1.0)
ENOUGH, COPIES = 200, 400  # with fewer real pairs, this many copies are planted
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Pairs:
    """Pairs of documents: int64 [pairs] each, first < second, and their similarity, float64 [pairs]."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    jaccard: NDArray[np.float64]


def main() -> None:
    """Measure, print a table, and the numbers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="file of documents, or folder of such files")
    parser.add_argument("--documents", type=int, default=5000, help="number of documents (default: 5000)")
    options = parser.parse_args()
    start = time.process_time()
    texts = stretches(read_texts(options.text), options.documents)
    pairs = all_pairs(texts, BANDS[0])
    numbers = {"documents": len(texts), "threshold": THRESHOLD, **compare(pairs, clusters_of(texts))}
    if (pairs.jaccard >= THRESHOLD).sum() < ENOUGH:
        numbers |= {f"planted_{name}": value for name, value in planted(texts, pairs, COPIES).items()}
    for name, value in numbers.items():
        print(f"{name:32} {value}")
    print(f"{time.process_time() - start:.0f} s of CPU")
    print(json.dumps(numbers))


def read_texts(path: Path) -> list[str]:
    """Read the texts with at least SHORTEST words from a file, or from a folder's files in order of their names."""
    return [text for text in file_texts(path) if len(_words(text)) >= SHORTEST]


def stretches(texts: list[str], count: int) -> list[str]:
    """Choose `count` texts, or all if there are fewer: evenly spaced stretches of STRETCH, in order."""
    if count >= len(texts):
        return texts
    parts = -(-count // STRETCH)
    starts = [part * len(texts) // parts for part in range(parts)]
    sizes = [count * (part + 1) // parts - count * part // parts for part in range(parts)]
    return [text for start, size in zip(starts, sizes, strict=True) for text in texts[start : start + size]]


def clusters_of(texts: list[str]) -> NDArray[np.int64]:
    """First text of each text's cluster in the pipeline's search, int64 [texts]."""
    _, index = measure(pa.array(texts, pa.large_string()))
    return cluster(index, THRESHOLD).near


def all_pairs(texts: list[str], least: float) -> Pairs:
    """All pairs of texts with a similarity of at least `least`, which must be greater than 0."""
    grams = _gram_matrix(texts)
    sizes = np.diff(grams.indptr).astype(np.int64)
    columns = grams.T.tocsr()
    found: list[tuple[NDArray[np.int64], ...]] = []
    for start in range(0, len(texts), BLOCK):
        shared = (grams[start : start + BLOCK] @ columns).tocoo()
        first, second = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        ratio = shared.data / (sizes[first] + sizes[second] - shared.data)
        kept = (first < second) & (ratio >= least)
        found.append((first[kept], second[kept], ratio[kept]))
    return Pairs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def compare(pairs: Pairs, roots: NDArray[np.int64]) -> dict[str, float | int | None]:
    """Precision and recall of clusters by pairs, and the share of pairs found in each band of similarity.

    precision is the share of pairs within clusters that reach the threshold. precision_dropped considers the texts
    that are not the first of their cluster. It is the share that has an earlier similar text in the cluster.

    Args:
        pairs: all pairs with at least the lowest similarity of BANDS.
        roots: first text of each text's cluster, int64 [texts].
    """
    together = roots[pairs.first] == roots[pairs.second]
    true = pairs.jaccard >= THRESHOLD
    sizes = np.bincount(roots)
    inside = int((sizes * (sizes - 1) // 2).sum())
    dropped = int((roots != np.arange(len(roots))).sum())
    rightly = len(np.unique(pairs.second[together & true]))
    return {
        "true_pairs": int(true.sum()),
        "pairs_in_clusters": inside,
        "dropped": dropped,
        "precision": _share(int((together & true).sum()), inside),
        "recall": _share(int((together & true).sum()), int(true.sum())),
        "precision_dropped": _share(rightly, dropped),
        **_by_band(pairs.jaccard, together),
    }


def planted(texts: list[str], pairs: Pairs, copies: int) -> dict[str, float | int | None]:
    """Recall of copies with replaced words at the threshold, and the share found in each band of similarity.

    Only texts without similar texts are copied. The similarity of each copy is measured.
    """
    rng = Random(SEED)
    alike = {*pairs.first.tolist(), *pairs.second.tolist()}
    alone = [place for place in range(len(texts)) if place not in alike]
    sources = rng.sample(alone, min(copies, len(alone)))
    changed = [_changed(texts[place], rng.uniform(BANDS[0], BANDS[-1]), rng) for place in sources]
    roots = clusters_of([*texts, *changed])
    together = roots[sources] == roots[len(texts) :]
    jaccard = np.array([_jaccard(texts[place], copy) for place, copy in zip(sources, changed, strict=True)])
    true = jaccard >= THRESHOLD
    return {
        "true_pairs": int(true.sum()),
        "recall": _share(int((together & true).sum()), int(true.sum())),
        **_by_band(jaccard, together),
    }


def _by_band(jaccard: NDArray[np.float64], together: NDArray[np.bool_]) -> dict[str, float | int | None]:
    numbers: dict[str, float | int | None] = {}
    for low, high in pairwise(BANDS):
        band = (jaccard >= low) & ((jaccard < high) | (high == BANDS[-1]))
        numbers[f"pairs_{low}_{high}"] = int(band.sum())
        numbers[f"found_{low}_{high}"] = _share(int((together & band).sum()), int(band.sum()))
    return numbers


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _gram_matrix(texts: list[str]) -> csr_matrix:
    """Occurrence of sequences in texts: int32 ones [texts, sequences]. Sequences are compared exactly."""
    numbers: dict[str, int] = {}
    words = [np.array([numbers.setdefault(word, len(numbers)) for word in _words(text)], np.int64) for text in texts]
    stream = np.concatenate(words)
    text_of = np.repeat(np.arange(len(texts)), [len(row) for row in words])
    last = len(stream) - GRAM + 1
    key = stream[:last]
    for place in range(1, GRAM):
        _, key = np.unique(key * len(numbers) + stream[place : place + last], return_inverse=True)
    whole = text_of[:last] == text_of[GRAM - 1 :]
    rows, columns = text_of[:last][whole], key[whole]
    matrix = csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), shape=(len(texts), int(key.max()) + 1))
    matrix.data[:] = 1  # a sequence that occurs twice in a text was added up
    return matrix


def _changed(text: str, similarity: float, rng: Random) -> str:
    """Copy a text and replace as many words as give about the requested similarity."""
    words = text.split(" ")
    grams = len(_words(text)) - GRAM + 1
    count = round(grams * (1 - similarity) / (1 + similarity) / GRAM)  # each replaced word changes five sequences
    for place in rng.sample(range(len(words)), min(count, len(words))):
        words[place] = f"x{rng.randrange(10**6)}"
    return " ".join(words)


def _jaccard(first: str, second: str) -> float:
    words = [_words(text) for text in (first, second)]
    sets = [{tuple(row[at : at + GRAM]) for at in range(len(row) - GRAM + 1)} for row in words]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


if __name__ == "__main__":
    main()
