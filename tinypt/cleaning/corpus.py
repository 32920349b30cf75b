"""The pass over the corpus: repair every document, find what the corpus repeats, keep what is good and new.

Three steps, each shard by shard, so that memory holds one shard and the duplicate index (630 bytes a
document): repair; drop boilerplate lines and measure; write what is kept. A finished shard of a step is on
disk, and a killed run goes on after it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tinypt.cleaning.document import repair
from tinypt.cleaning.duplicates import BINS, normalised_hash, roots, signature
from tinypt.cleaning.engines import LOCAL, Engine, run
from tinypt.cleaning.funnel import Funnel
from tinypt.cleaning.lines import line_key, without
from tinypt.cleaning.quality import first_failed, measure
from tinypt.cleaning.text import fix_mojibake, normalise_space
from tinypt.corpus.shards import SCHEMA, list_shards, read_shard, write_shard
from tinypt.files import atomic_path
from tinypt.params.clean import Clean
from tinypt.progress import Progress

Rows = list[dict[str, Any]]
LINES_AT_ONCE = 1 << 23  # of line keys; some 500 MB while they are added up
_DASHES, _SENTENCE_END = ("-", "–", "—"), (".", "!", "?", "…")
STEP_FIELDS: list[Any] = [
    ("changes", pa.map_(pa.string(), pa.int64())),
    ("raw_bytes", pa.int64()),
    ("reason", pa.string()),
]


def clean_corpus(raw: Path, work: Path, rules: Clean, workers: int, engine: Engine = LOCAL) -> Funnel:
    """Clean the shards of `raw` into work/clean, one shard for each.

    Args:
        raw: folder of raw shards.
        work: folder for unfinished work; what an earlier run left there is taken up.
        rules: the `clean` parameters.
        workers: processes; the result does not depend on them.
        engine: what runs them; nor on this.

    Returns:
        What every rule did.
    """
    shards = list_shards(raw)
    for name in ("repaired", "lines", "measured", "index", "clean"):
        (work / name).mkdir(parents=True, exist_ok=True)
    _each("clean: repair", partial(_repair_shard, work=work, rules=rules), shards, workers, engine)
    common = common_lines([_beside(work, "lines", shard) for shard in shards], rules.boilerplate_documents)
    _each("clean: measure", partial(_measure_shard, work=work, rules=rules, common=common), shards, workers, engine)
    reasons = _duplicates([_beside(work, "index", shard) for shard in shards], rules.near_duplicates)
    funnel, start = Funnel(), 0
    for shard in shards:
        start = _write_shard(shard, work, reasons, start, funnel)
    return funnel


def common_lines(counts: list[Path], documents: int) -> frozenset[int]:
    """Keys of the lines that stand in at least `documents` documents.

    Each file holds one shard's keys, sorted, and their counts. They are added up one range of keys after the
    other, so that memory holds no more than LINES_AT_ONCE of them, whatever the size of the corpus.
    """
    tables = [np.load(path, mmap_mode="r") for path in counts]
    parts = -(-sum(table.shape[1] for table in tables) // LINES_AT_ONCE)
    edges = [2**64 * part // parts for part in range(1, parts)]
    cuts = [[0, *(int(np.searchsorted(t[0], np.uint64(edge))) for edge in edges), t.shape[1]] for t in tables]
    common: list[int] = []
    for part in range(parts):
        slices = [table[:, cut[part] : cut[part + 1]] for table, cut in zip(tables, cuts, strict=True)]
        keys, times = np.concatenate(slices, axis=1)
        distinct, place = np.unique(keys, return_inverse=True)
        common += distinct[np.bincount(place, weights=times) >= documents].tolist()
    return frozenset(common)


def _each(label: str, work: Callable[[Path], int], shards: list[Path], workers: int, engine: Engine) -> None:
    progress = Progress(label, "documents")
    for done in run(work, shards, engine, workers):
        progress.add(done)
    progress.close()


def _repair_shard(shard: Path, work: Path, rules: Clean) -> int:
    """Repair a shard's documents; count its short lines."""
    rows: Rows = []
    counts: Counter[int] = Counter()
    lines_path = _beside(work, "lines", shard)
    if lines_path.exists():
        return 0
    for row in _rows(shard):
        repaired = repair(row["text"], rules)
        short = {line_key(line) for line in _short_lines(repaired.text, rules)}
        counts.update(short)
        rows.append(
            row
            | {"title": normalise_space(fix_mojibake(row["title"])), "text": repaired.text}
            | {"changes": list(repaired.changes.items()), "raw_bytes": len(row["text"].encode()), "reason": None}
        )
    _write(work / "repaired" / shard.name, rows)
    keys = np.array(sorted(counts), dtype=np.uint64)
    times = np.array([counts[int(key)] for key in keys], dtype=np.uint64)
    _save(lines_path, np.stack([keys, times]))
    return len(rows)


def _measure_shard(shard: Path, work: Path, rules: Clean, common: frozenset[int]) -> int:
    """Take out boilerplate lines, find the first rule each document fails, index those that fail none."""
    rows: Rows = []
    index: list[NDArray[np.uint32]] = []
    index_path = _beside(work, "index", shard)
    if index_path.exists():
        return 0
    for row in _rows(work / "repaired" / shard.name):
        lines = row["text"].split("\n")
        short = {line_key(line) for line in _short_lines(row["text"], rules)}
        text = "\n".join(without(lines, common & short))
        changes = dict(row["changes"])
        if text != row["text"]:
            changes["boilerplate"] = len(row["text"].encode()) - len(text.encode())
        reason = first_failed(measure(text), rules)
        rows.append(row | {"text": text, "changes": list(changes.items()), "reason": reason})
        if reason is None:
            digest = np.frombuffer(normalised_hash(text), dtype=np.uint32)
            index.append(np.concatenate([digest, signature(text)]))
    _write(work / "measured" / shard.name, rows)
    _save(index_path, np.stack(index) if index else np.empty((0, 4 + BINS), dtype=np.uint32))
    return len(rows)


def _duplicates(index: list[Path], threshold: float) -> list[str | None]:
    """For every document that passed the rules, in corpus order, why it is a duplicate, or None."""
    table = np.concatenate([np.load(path, mmap_mode="r") for path in index])
    exact, near = roots(table[:, :4], table[:, 4:], threshold)
    own = np.arange(len(table))
    reasons = np.where(exact != own, "exact_duplicate", np.where(near != own, "near_duplicate", ""))
    return [str(reason) or None for reason in reasons]


def _write_shard(shard: Path, work: Path, duplicates: list[str | None], start: int, funnel: Funnel) -> int:
    """Write a shard's kept documents and count all; returns where the next shard's entries in `duplicates` start."""
    kept: Rows = []
    for row in _rows(work / "measured" / shard.name):
        reason = row["reason"]
        if reason is None:
            reason, start = duplicates[start], start + 1
        changes = dict(row["changes"])
        funnel.add(row["raw_bytes"], row["text"], changes, reason)
        if "noise" in row:
            funnel.add_labels(row["noise"], row["original"], row["text"], changes, reason)
        if reason is None:
            kept.append({name: row[name] for name in SCHEMA.names})
    write_shard(work / "clean" / shard.name, [pa.Table.from_pylist(kept, schema=SCHEMA)])
    return start


def _short_lines(text: str, rules: Clean) -> list[str]:
    """Lines short enough to be boilerplate; a sentence of dialogue is none, however common."""
    lines = (line for line in text.split("\n") if len(line.split()) <= rules.boilerplate_words)
    return [line for line in lines if not (line.startswith(_DASHES) and line.endswith(_SENTENCE_END))]


def _rows(shard: Path) -> Iterable[dict[str, Any]]:
    for batch in read_shard(shard):
        yield from batch.to_pylist()


def _write(path: Path, rows: Rows) -> None:
    labels = [("noise", pa.list_(pa.string())), ("original", pa.string())] if rows and "noise" in rows[0] else []
    write_shard(path, [pa.Table.from_pylist(rows, schema=pa.schema([*SCHEMA, *labels, *STEP_FIELDS]))])


def _beside(work: Path, folder: str, shard: Path) -> Path:
    return work / folder / f"{shard.stem}.npy"


def _save(path: Path, array: NDArray[Any]) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.save(file, array)
