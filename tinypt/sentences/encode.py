"""Encoding sentences in chunks, on the workers that process shards. A killed run resumes after its last chunk."""

import dataclasses
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tinypt.corpus.shards import read_shard, shard_name, write_shard
from tinypt.executors import LOCAL, Executor, run
from tinypt.files import is_whole, sealed_path
from tinypt.params.sentences import Encoder, Sentences
from tinypt.runtime.progress import Progress
from tinypt.sentences.choose import Choice
from tinypt.sentences.encoders import SentenceEncoder, load_encoder, uses_gpu
from tinypt.sentences.store import write_texts

CHUNK = 2048  # sentences; some seconds of work
SIZES = ("sentences", "width", "bytes")
_load_once = cache(load_encoder)


def write_store(
    choice: Choice,
    teacher: Encoder,
    options: Sentences,
    folder: Path,
    work: Path,
    workers: int,
    executor: Executor,
) -> dict[str, int]:
    """Encode the chosen sentences and write them as a store.

    Args:
        choice: the sentences.
        teacher: the encoder.
        options: the `sentences` parameters, kept in the store.
        folder: the store, which does not exist yet (for the format see `store`).
        work: folder for unfinished work. Chunks that an earlier run finished there are used.
        workers: number of processes.
        executor: runs them. An encoder on a GPU runs in this process instead.

    Returns:
        The sizes of the store by name in `SIZES`.
    """
    chunks = _write_chunks(choice.texts, work)
    if uses_gpu(teacher):
        workers, executor = 1, LOCAL
    progress = Progress("sentences: encode", "sentences", len(choice.texts))
    for count in run(partial(_encode_chunk, teacher=teacher), chunks, executor, workers):
        progress.add(count)
    progress.close()
    width = np.load(chunks[0].with_suffix(".npy"), mmap_mode="r").shape[1]
    about = {"sentence_teacher": dataclasses.asdict(teacher), "sentences": dataclasses.asdict(options)}
    vectors = write_texts([choice.texts[row] for row in choice.rows], about, width, folder)
    for index, chunk in enumerate(chunks):
        places = np.flatnonzero(choice.rows // CHUNK == index)
        vectors[places] = np.load(chunk.with_suffix(".npy"))[choice.rows[places] % CHUNK]
    _centre(vectors)
    vectors.flush()
    sizes = len(choice.rows), width, sum(file.stat().st_size for file in folder.iterdir())
    return dict(zip(SIZES, sizes, strict=True))


def _centre(vectors: NDArray[np.float16]) -> None:
    """Subtract the mean from vectors [sentences, width] and scale them to unit length, in place.

    Many encoders' vectors share a direction, so that all cosines are near one (e5: 0.7 to 1) and their differences,
    which the student should learn, are small. Without the mean they spread around zero (Mu & Viswanath 2018).
    """
    parts = np.array_split(vectors, -(-len(vectors) // CHUNK))  # views: a part at a time in fp64
    mean = np.sum([part.sum(axis=0, dtype=np.float64) for part in parts], axis=0) / len(vectors)
    for part in parts:
        centred = part - mean
        part[:] = centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(1e-12)


def _write_chunks(texts: list[str], folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = []
    for index, start in enumerate(range(0, len(texts), CHUNK)):
        paths.append(folder / shard_name(index))
        write_shard(paths[-1], [pa.table({"text": pa.array(texts[start : start + CHUNK], pa.string())})])
    return paths


def _encode_chunk(chunk: Path, teacher: Encoder) -> int:
    """Write the vectors of a chunk next to it, fp16. Returns the number of sentences."""
    texts = [text for batch in read_shard(chunk, ["text"]) for text in batch.column("text").to_pylist()]
    path = chunk.with_suffix(".npy")
    if not is_whole(path):
        encoder: SentenceEncoder = _load_once(teacher)
        vectors = encoder.encode(texts).astype(np.float16)
        with sealed_path(path) as temporary, temporary.open("wb") as file:
            np.save(file, vectors)
    return len(texts)
