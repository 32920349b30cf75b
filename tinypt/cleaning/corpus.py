"""The pass over the corpus: repair every document, find what the corpus repeats, keep what is good and new.

Three steps, each shard by shard, so that memory holds one shard and the duplicate index (200 bytes a
document): repair; drop boilerplate lines and measure; write what is kept. A finished shard of a step is on
disk, and a killed run goes on after it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from tinypt.cleaning.document import repair_batch
from tinypt.cleaning.duplicates import cluster
from tinypt.cleaning.engines import LOCAL, Engine, run
from tinypt.cleaning.funnel import Funnel
from tinypt.cleaning.lines import count_lines, without_common
from tinypt.cleaning.measures import INDEX_WORDS, measure
from tinypt.cleaning.mojibake import fix_mojibake
from tinypt.cleaning.quality import first_failed
from tinypt.cleaning.text import normalise_space
from tinypt.corpus.shards import SCHEMA, list_shards, read_shard, write_shard
from tinypt.files import atomic_path
from tinypt.params.clean import Clean
from tinypt.progress import Progress

Rows = list[dict[str, Any]]
LINES_AT_ONCE = 1 << 23  # of line keys; some 500 MB while they are added up
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
    lines_path = _beside(work, "lines", shard)
    if lines_path.exists():
        return 0
    tables: list[pa.Table] = []
    keys = [np.empty(0, dtype=np.uint64)]
    for batch in read_shard(shard):
        raw = pl.Series(batch.column("text"))
        texts, changes = repair_batch(raw, rules)
        keys.append(count_lines(texts, rules.boilerplate_words))
        titles = normalise_space(fix_mojibake(pl.Series(batch.column("title"))))
        columns = dict(zip(batch.schema.names, batch.columns, strict=True)) | {
            "title": titles.to_arrow(),
            "text": texts.to_arrow(),
            "changes": [list(change.items()) for change in changes],
            "raw_bytes": raw.str.len_bytes().to_arrow(),
            "reason": [None] * len(raw),
        }
        tables.append(pa.table(columns, schema=_step_schema("noise" in columns)))
    write_shard(work / "repaired" / shard.name, tables or [_step_schema(False).empty_table()])
    distinct, times = np.unique(np.concatenate(keys), return_counts=True)
    _save(lines_path, np.stack([distinct, times.astype(np.uint64)]))
    return sum(table.num_rows for table in tables)


def _measure_shard(shard: Path, work: Path, rules: Clean, common: frozenset[int]) -> int:
    """Take out boilerplate lines, find the first rule each document fails, index those that fail none."""
    index_path = _beside(work, "index", shard)
    if index_path.exists():
        return 0
    tables: list[pa.Table] = []
    index = [np.empty((0, INDEX_WORDS), dtype=np.uint64)]
    for batch in read_shard(work / "repaired" / shard.name):
        table = _without_boilerplate(pa.Table.from_batches([batch]), rules, common)
        statistics, rows = measure(table.column("text").combine_chunks())
        reasons = first_failed(statistics, rules)
        tables.append(_replaced(table, "reason", reasons))
        index.append(rows[reasons.is_null().to_numpy(zero_copy_only=False)])
    if tables:
        write_shard(work / "measured" / shard.name, tables)
    else:
        _write(work / "measured" / shard.name, [])
    _save(index_path, np.concatenate(index))
    return sum(table.num_rows for table in tables)


def _without_boilerplate(table: pa.Table, rules: Clean, common: frozenset[int]) -> pa.Table:
    """Drop the lines with a key in `common` from the texts and add the bytes dropped to the documents' changes."""
    before = pl.Series(table.column("text"))
    after = without_common(before, common, rules.boilerplate_words)
    at = (before != after).arg_true()
    if not len(at):
        return table
    sizes = before.str.len_bytes().cast(pl.Int64) - after.str.len_bytes().cast(pl.Int64)
    changes = table.column("changes").to_pylist()
    for place in at:
        changes[place] = [*changes[place], ("boilerplate", sizes[place])]
    return _replaced(_replaced(table, "text", after.to_arrow().cast(pa.string())), "changes", changes)


def _replaced(table: pa.Table, name: str, values: Any) -> pa.Table:
    field = table.schema.field(name)
    return table.set_column(table.schema.get_field_index(name), field, [pa.array(values, field.type)])


def _duplicates(index: list[Path], threshold: float) -> list[str | None]:
    """For every document that passed the rules, in corpus order, why it is a duplicate, or None."""
    documents = sum(len(np.load(path, mmap_mode="r")) for path in index)
    table = np.lib.format.open_memmap(index[0].with_name("all.npy"), "w+", np.uint64, (documents, INDEX_WORDS))
    start = 0
    for path in index:
        rows = np.load(path)
        table[start : start + len(rows)] = rows
        start += len(rows)
    clusters = cluster(table, threshold)
    own = np.arange(documents)
    names = np.where(clusters.exact != own, 1, np.where(clusters.near != own, 2, 0))
    return [(None, "exact_duplicate", "near_duplicate")[name] for name in names.tolist()]


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


def _rows(shard: Path) -> Iterable[dict[str, Any]]:
    for batch in read_shard(shard):
        yield from batch.to_pylist()


def _write(path: Path, rows: Rows) -> None:
    schema = _step_schema(bool(rows) and "noise" in rows[0])
    write_shard(path, [pa.Table.from_pylist(rows, schema=schema)])


def _step_schema(labelled: bool) -> pa.Schema:
    labels = [("noise", pa.list_(pa.string())), ("original", pa.string())] if labelled else []
    return pa.schema([*SCHEMA, *labels, *STEP_FIELDS])


def _beside(work: Path, folder: str, shard: Path) -> Path:
    return work / folder / f"{shard.stem}.npy"


def _save(path: Path, array: NDArray[Any]) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.save(file, array)
