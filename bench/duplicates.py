"""Finding duplicates among as many documents as brWaC has, and the accuracy of estimated similarity.

`python -m bench.duplicates` prints the measurements. The last line is JSON.
"""

import json
import tempfile
import time
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.peers import peak_mb
from tinypt.measures.statistics import HASH_WORDS, INDEX_WORDS, measure
from tinypt.selection.duplicates import cluster, similarity

DOCUMENTS = 3_530_796
EXACT, NEAR = 0.01, 0.05  # shares of documents that are copies of an earlier one
ALIKE = (0.75, 0.8, 0.85, 0.9, 0.95)  # expected shares of equal bins in near copies
THRESHOLD = 0.75
PAIRS = 3000  # pairs of texts for the accuracy
CHUNK = 1 << 17


def main() -> None:
    """Measure the search and the accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = {**global_step(Path(folder) / "index.npy"), **accuracy()}
    for name, value in numbers.items():
        print(f"{name:28} {value}")
    print(json.dumps(numbers))


def global_step(path: Path) -> dict[str, float]:
    """Cluster a planted index. Returns CPU seconds, peak memory of the process in MB, and the shares found."""
    cluster(np.zeros((2, INDEX_WORDS), dtype=np.uint64), THRESHOLD)  # compiles before the clock starts
    kinds = plant(path)
    index = np.load(path, mmap_mode="r")
    before = peak_mb()
    start = time.process_time()
    clusters = cluster(index, THRESHOLD)
    seconds = time.process_time() - start
    own = np.arange(DOCUMENTS)
    numbers: dict[str, float] = {
        "documents": DOCUMENTS,
        "cpu_seconds": round(seconds, 2),
        "peak_mb": round(peak_mb()),
        "peak_mb_before": round(before),
        "exact_found": round(float((clusters.exact != own)[kinds == 1].mean()), 4),
        "false": int((clusters.near != own)[kinds == 0].sum()),
        "largest_cluster": int(clusters.sizes.max()),
    }
    for kind, alike in enumerate(ALIKE, 2):
        numbers[f"near_found_{alike}"] = round(float((clusters.near != own)[kinds == kind].mean()), 4)
    return numbers


def plant(path: Path) -> NDArray[np.uint8]:
    """Write an index of random rows and copies of earlier rows.

    Every hundredth copy is a copy of row 0.

    Returns:
        The kinds of the rows, uint8 [DOCUMENTS]: 0 for an original, 1 for an exact copy, 2 + i for a near copy with
        similarity ALIKE[i].
    """
    rng = np.random.default_rng(0)
    index = np.lib.format.open_memmap(path, "w+", np.uint64, (DOCUMENTS, INDEX_WORDS))
    kinds = np.zeros(DOCUMENTS, dtype=np.uint8)
    for start in range(0, DOCUMENTS, CHUNK):
        size = min(CHUNK, DOCUMENTS - start)
        rows = rng.integers(0, 2**64, (size, INDEX_WORDS), dtype=np.uint64)
        if start:
            draws = rng.random(size)
            exact, near = np.flatnonzero(draws < EXACT), np.flatnonzero((draws >= EXACT) & (draws < EXACT + NEAR))
            sources = rng.integers(0, start, size) * (rng.random(size) > 0.01)
            rows[exact] = index[np.sort(sources[exact])]
            kinds[start + exact] = 1
            chosen = rng.integers(0, len(ALIKE), len(near))
            kinds[start + near] = 2 + chosen
            kept = rng.random((len(near), 8 * (INDEX_WORDS - HASH_WORDS))) < np.array(ALIKE)[chosen, None]
            fresh = rows[near, HASH_WORDS:].view(np.uint8)
            rows[near, HASH_WORDS:] = np.where(kept, index[sources[near], HASH_WORDS:].view(np.uint8), fresh).view(
                np.uint64
            )
        index[start : start + size] = rows
    index.flush()
    return kinds


def accuracy() -> dict[str, float]:
    """Error of the estimated similarity between texts of 30 to 1,500 words and changed copies."""
    rng = Random(0)
    vocabulary = [f"p{number}" for number in range(20_000)]
    texts, lengths = [], []
    for _ in range(PAIRS):
        words = rng.choices(vocabulary, k=int(30 * 50 ** rng.random()))  # log-uniform lengths
        rate = rng.choice((0.005, 0.01, 0.02, 0.04, 0.08))
        texts += [words, [rng.choice(vocabulary) if rng.random() < rate else word for word in words]]
        lengths.append(len(words))
    true = np.array([jaccard(*texts[place : place + 2]) for place in range(0, len(texts), 2)])
    _, index = measure(pa.array([" ".join(words) for words in texts]))
    errors = similarity(index[::2], index[1::2]) - true
    numbers = {}
    for least, most in ((30, 1500), (30, 60), (60, 150), (150, 300), (300, 1500)):
        part = errors[(np.array(lengths) >= least) & (np.array(lengths) <= most)]
        numbers[f"rmse_{least}_{most}"] = round(float(np.sqrt((part**2).mean())), 4)
        numbers[f"bias_{least}_{most}"] = round(float(part.mean()), 4)
    numbers["rmse_ideal"] = round(float(np.sqrt((true * (1 - true) / 128).mean())), 4)
    return numbers


def jaccard(first: list[str], second: list[str]) -> float:
    """Jaccard similarity of the sets of five-word sequences of two texts."""
    sets = [{tuple(words[start : start + 5]) for start in range(len(words) - 4)} for words in (first, second)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


if __name__ == "__main__":
    main()
