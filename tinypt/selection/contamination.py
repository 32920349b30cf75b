"""Whether held-out documents are new to whoever has read the training split: a check of a corpus that was divided."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from tinypt.measures.statistics import INDEX_WORDS, measure
from tinypt.selection.duplicates import cluster


@dataclass(frozen=True)
class Contamination:
    """Held-out documents that stand in the training split: the same, case and white space apart, or alike."""

    exact: int
    near: int


def write_index(texts: pa.Array, path: Path) -> None:
    """Append what tells documents apart, 144 bytes for each of the texts, to a file."""
    with path.open("ab") as file:
        file.write(measure(texts)[1].tobytes())


def find_contamination(held_out: Path, train: Path, threshold: float) -> Contamination:
    """Count the held-out documents that are in a cluster with a training document.

    The search is the one duplicates are dropped by (`cluster`), over what is left and with the held-out documents
    first, so that each training document is compared with the first held-out one that shares a band with it.

    Args:
        held_out: file that `write_index` filled. It stays on disk; the search takes 60 bytes a document of memory.
        train: another, whose content is appended to the first.
        threshold: estimated Jaccard similarity of five-word sequences from which two documents are alike, 0 to 1.
    """
    count = held_out.stat().st_size // (8 * INDEX_WORDS)
    with held_out.open("ab") as both, train.open("rb") as rest:
        shutil.copyfileobj(rest, both)
    index = np.memmap(held_out, np.uint64, "r").reshape(-1, INDEX_WORDS)
    clusters = cluster(index, threshold)
    return Contamination(*(int(np.isin(root[:count], root[count:]).sum()) for root in (clusters.exact, clusters.near)))
