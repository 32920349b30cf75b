"""Checking a divided corpus for held-out documents that are also in the training split."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from tinypt.measures.statistics import INDEX_WORDS, measure
from tinypt.selection.duplicates import cluster


@dataclass(frozen=True)
class Contamination:
    """Number of held-out documents that are also in the training split.

    Attributes:
        exact: documents with the same text, ignoring case and white space.
        near: documents in a cluster with a training document, the exact ones included.
    """

    exact: int
    near: int


def write_index(texts: pa.Array, path: Path) -> None:
    """Append the index rows of the texts to a file: uint64 [texts, 18], 144 bytes each."""
    with path.open("ab") as file:
        file.write(measure(texts)[1].tobytes())


def find_contamination(held_out: Path, train: Path, threshold: float) -> Contamination:
    """Count the held-out documents that are in a cluster with a training document.

    The search is `cluster`, which also drops duplicates. Held-out documents come first, so that each training
    document is compared with the first held-out document that shares a band with it.

    Args:
        held_out: file filled by `write_index`. It stays on disk; the search takes 60 bytes of memory per document.
        train: another such file. Its content is appended to the first.
        threshold: estimated Jaccard similarity of five-word sequences, 0 to 1, from which two documents are alike.
    """
    count = held_out.stat().st_size // (8 * INDEX_WORDS)
    with held_out.open("ab") as both, train.open("rb") as rest:
        shutil.copyfileobj(rest, both)
    index = np.memmap(held_out, np.uint64, "r").reshape(-1, INDEX_WORDS)
    clusters = cluster(index, threshold)
    return Contamination(*(int(np.isin(root[:count], root[count:]).sum()) for root in (clusters.exact, clusters.near)))
