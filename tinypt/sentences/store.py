"""The stored sentences and their vectors, as the stage `sentences` writes them and `distill` reads them.

A store is a folder. texts.parquet has one column, text. vectors.npy is fp16 [sentences, width]. Row i is the sentence
teacher's vector of text i, minus the mean of all rows, scaled to unit length. options.json says what made them. The
order is random, so any first part is a random sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tinypt.files import create_array, verify, write_json
from tinypt.runtime.errors import PipelineError, first_line

TEXTS, VECTORS, OPTIONS = "texts.parquet", "vectors.npy", "options.json"
REMEDY = "run the stage sentences (`dvc repro sentences`)"


@dataclass(frozen=True)
class SentenceStore:
    """Sentences and their vectors.

    texts: the sentences; a text may occur several times.
    vectors: fp16 [sentences, width], memory-mapped, of unit length, in the order of the texts.
    """

    texts: Sequence[str]
    vectors: NDArray[np.float16]

    def __len__(self) -> int:
        """Number of sentences."""
        return len(self.texts)


def write_texts(texts: list[str], options: Any, width: int, folder: Path) -> np.memmap[Any, np.dtype[np.float16]]:
    """Write everything but the vectors of a store, and return their array, memory-mapped, to be filled.

    Args:
        texts: the sentences.
        options: what JSON can represent; kept for the reader's information.
        width: of the vectors.
        folder: the store, which does not exist yet.
    """
    folder.mkdir()
    write_json(folder / OPTIONS, options)
    pq.write_table(pa.table({"text": pa.array(texts, pa.string())}), folder / TEXTS, compression="zstd")
    return create_array(folder / VECTORS, np.float16, (len(texts), width))


def open_store(folder: Path) -> SentenceStore:
    """Open a store; the vectors stay on disk.

    Raises:
        PipelineError: the store is missing or damaged.
    """
    if not folder.is_dir():
        raise PipelineError(f"{folder}: no stored sentences; set sentence_teacher in params.yaml, then {REMEDY}")
    verify(folder)
    try:
        texts = pq.read_table(folder / TEXTS, columns=["text"]).column("text").to_pylist()
        vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
    except (pa.ArrowException, OSError, ValueError, EOFError) as error:
        raise PipelineError(f"{folder}: damaged ({first_line(error)}); {REMEDY} again") from None
    if vectors.ndim != 2 or vectors.dtype != np.float16 or len(vectors) != len(texts):
        found = f"{vectors.dtype} {list(vectors.shape)} vectors for {len(texts)} texts"
        raise PipelineError(f"{folder}: damaged ({found}, not float16 [texts, width]); {REMEDY} again")
    return SentenceStore(texts, vectors)
