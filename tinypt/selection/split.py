"""Dividing the corpus into a training and a test split.

A document's split depends on the hash of its cluster's first text, so that duplicates stay together.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from tinypt.corpus.shards import SCHEMA, list_shards, read_shard, write_shard
from tinypt.params.split import Split
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.selection.contamination import Contamination, find_contamination, write_index
from tinypt.selection.select import DECISIONS

SPLITS = ("train", "test")


def split_corpus(documents: Path, decisions: Path, folder: Path, options: Split, seed: int) -> dict[str, Any]:
    """Write the selected documents to folder/train and folder/test, then search the result for contamination.

    Args:
        documents: folder with shards of cleaned documents.
        decisions: folder with a shard of decisions for each of them.
        folder: destination; each split gets one shard per shard of `documents`.
        options: the `split` parameters.
        seed: changes which documents are held out.

    Returns:
        The content of metrics/split.json: documents, words and bytes of each split, and the contamination.

    Raises:
        PipelineError: the decisions belong to other documents, a split is empty, or the test split is contaminated.
    """
    counts: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    progress = Progress("split", "documents")
    with TemporaryDirectory() as indices:
        for shard in list_shards(documents):
            parts: dict[str, list[pa.RecordBatch]] = {split: [] for split in SPLITS}
            for batch, hashes in _selected(shard, decisions / shard.name):
                test = [is_held_out(value, seed, options.test_share) for value in hashes]
                for split, chosen in (("train", [not flag for flag in test]), ("test", test)):
                    part = batch.filter(pa.array(chosen, pa.bool_()))
                    parts[split].append(part)
                    write_index(part.column("text"), Path(indices) / split)
                    counts[split].update(_count(part.column("text").to_pylist()))
            for split in SPLITS:
                write_shard(folder / split / shard.name, [pa.Table.from_batches(parts[split], SCHEMA)])
            progress.add(pq.read_metadata(shard).num_rows)
        progress.close()
        for split in SPLITS:
            if not counts[split]["documents"]:
                selected = sum(count["documents"] for count in counts.values())
                raise PipelineError(
                    f"split.test_share: {options.test_share} of {selected:,} selected documents leaves no document for "
                    f"{split}; {'raise' if split == 'test' else 'lower'} it, or add documents"
                )
        contamination = find_contamination(Path(indices) / "test", Path(indices) / "train", options.near_duplicates)
    _check(contamination, counts["test"]["documents"], decisions, options)
    return {split: dict(counts[split]) for split in SPLITS} | {"contamination": dataclasses.asdict(contamination)}


def is_held_out(cluster_hash: bytes, seed: int, share: float) -> bool:
    """Whether a document belongs to the test split; depends only on its cluster's hash, the seed and the share."""
    return xxhash.xxh3_64_intdigest(f"{seed} ".encode() + cluster_hash) < share * 2**64


def _selected(shard: Path, decisions: Path) -> Iterator[tuple[pa.RecordBatch, list[bytes]]]:
    """Batches of the shard's selected documents, each with their cluster hashes."""
    decided, start = pa.Table.from_batches(read_shard(decisions), DECISIONS), 0
    count = pq.read_metadata(shard).num_rows
    if count != len(decided):
        raise PipelineError(f"{decisions}: {len(decided)} decisions on {count} documents; run `dvc repro select`")
    for batch in read_shard(shard):
        rows = decided.slice(start, len(batch))
        start += len(batch)
        stays = rows.column("reason").is_null().combine_chunks()
        yield batch.filter(stays), rows.column("cluster_hash").filter(stays).to_pylist()


def _count(texts: list[str]) -> dict[str, int]:
    return {
        "documents": len(texts),
        "words": sum(len(text.split()) for text in texts),
        "bytes": sum(len(text.encode()) for text in texts),
    }


def _check(contamination: Contamination, documents: int, decisions: Path, options: Split) -> None:
    """Refuse a test split that is contaminated; `documents` is its size."""
    if contamination.exact:
        raise PipelineError(
            f"{decisions}: {contamination.exact} of {documents} held-out documents are also in the training split; "
            "run `dvc repro -f select`"
        )
    if contamination.near > options.max_contamination * documents:
        raise PipelineError(
            f"split.max_contamination: {contamination.near} of {documents} held-out documents are near duplicates of "
            f"training documents (similarity {options.near_duplicates:g}), more than {options.max_contamination:g} "
            "allows; let select.near_duplicates drop them, or raise it"
        )
