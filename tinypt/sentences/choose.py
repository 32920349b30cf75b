"""Choosing sentences: a sample of the training split, and training texts of tasks.

The sample is the sentences with the smallest hashes. It depends on the seed and the sentences alone, neither on the
order of documents nor on the number of workers. No text of a task's test split is chosen.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import xxhash
from numpy.typing import NDArray

from tinypt.corpus.shards import list_shards, read_shard, write_shard
from tinypt.executors import Executor, run
from tinypt.files import is_whole, read_json, sealed_path, write_json
from tinypt.params.sentences import Sentences
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.sentences.cut import cut_sentences, sentence_key

Keys = frozenset[str]
# Sentences cut from the training split; of these, within the bounds; texts left out because a test split has them;
# distinct sentences of the sample; texts of tasks, with their copies.
COUNTS = ("cut", "candidates", "test_texts_left_out", "corpus_sentences", "task_sentences")
_SCHEMA: dict[str, Any] = {"rank": pl.UInt64, "text": pl.String}


@dataclass(frozen=True)
class Choice:
    """The chosen sentences.

    texts: each of them once.
    rows: int64 [sentences], indices into `texts`, in random order; a text with several copies occurs several times.
    counts: by name in `COUNTS`.
    """

    texts: list[str]
    rows: NDArray[np.int64]
    counts: dict[str, int]


def keys_of(texts: Iterable[str]) -> Keys:
    """Keys of texts of test splits, and of each of their sentences."""
    return frozenset(sentence_key(part) for text in texts for part in (text, *cut_sentences(text)))


def choose(
    documents: Path,
    task_texts: Mapping[str, Iterable[str]],
    excluded: Keys,
    options: Sentences,
    seed: int,
    work: Path,
    workers: int,
    executor: Executor,
) -> Choice:
    """Choose the sentences to encode.

    Args:
        documents: folder with the shards of the training split.
        task_texts: training texts by task, for the tasks that `options` names.
        excluded: keys of texts that must not be chosen.
        options: the `sentences` parameters.
        seed: changes the sample and the order.
        work: folder for unfinished work. Shards that an earlier run finished there are used.
        workers: number of processes.
        executor: runs them.

    Raises:
        PipelineError: the training split has no sentence within the bounds.
    """
    work.mkdir(exist_ok=True)
    shards, counts = list_shards(documents), Counter[str]()
    progress = Progress("sentences: choose", "documents")
    on_shard = partial(_candidates, excluded=excluded, options=options, seed=seed, work=work)
    sample = pl.DataFrame(schema=_SCHEMA)
    for shard, found in zip(shards, run(on_shard, shards, executor, workers), strict=True):
        progress.add(found.pop("documents"))
        counts.update(found)
        sample = _smallest(pl.concat([sample, pl.read_parquet(work / shard.name)]), options.number)
    progress.close()
    if sample.is_empty():
        bounds = f"{options.min_words} to {options.max_words} words"
        raise PipelineError(f"{documents}: no sentence of {bounds}; change sentences.min_words or max_words")
    texts, places = sample["text"].to_list(), []
    places += [(_hash(f"{seed} order {text}"), row) for row, text in enumerate(texts)]
    counts["corpus_sentences"] = len(texts)
    for task, copies in options.tasks.items():
        distinct = {sentence_key(text): text for text in task_texts[task]}
        kept = [text for key, text in distinct.items() if key not in excluded]
        counts["test_texts_left_out"] += len(distinct) - len(kept)
        for row, text in enumerate(kept, len(texts)):
            places += [(_hash(f"{seed} order {task} {copy} {text}"), row) for copy in range(copies)]
        texts += kept
        counts["task_sentences"] += len(kept) * copies
    rows = np.array([row for _, row in sorted(places)], dtype=np.int64)
    return Choice(texts, rows, {name: counts[name] for name in COUNTS})


def _candidates(shard: Path, excluded: Keys, options: Sentences, seed: int, work: Path) -> dict[str, int]:
    """Write the shard's sentences with the smallest hashes, and count all."""
    counted = work / f"{shard.stem}.json"
    if not (is_whole(counted) and is_whole(work / shard.name)):
        counts, ranks, texts = Counter[str](documents=0), [], []
        for batch in read_shard(shard, ["text"]):
            counts["documents"] += len(batch)
            for sentence in chain.from_iterable(map(cut_sentences, batch.column("text").to_pylist())):
                counts["cut"] += 1
                key = sentence_key(sentence)
                if not key or not options.min_words <= len(sentence.split()) <= options.max_words:
                    continue
                counts["candidates"] += 1
                if key in excluded:
                    counts["test_texts_left_out"] += 1
                else:
                    ranks.append(_hash(f"{seed} {key}"))
                    texts.append(sentence)
        found = pl.DataFrame({"rank": ranks, "text": texts}, schema=_SCHEMA)
        write_shard(work / shard.name, [_smallest(found, options.number).to_arrow()])
        with sealed_path(counted) as temporary:
            write_json(temporary, counts)
    counts_read: dict[str, int] = read_json(counted)
    return counts_read


def _smallest(found: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows with the `number` smallest ranks; of rows with equal ranks, which have equal keys, the first."""
    return found.unique("rank", keep="first", maintain_order=True).sort("rank").head(number)


def _hash(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode())
