"""The pass over the corpus: repair every document, remove lines that many documents share, measure the result.

There are two steps. Each works shard by shard, so that a worker holds one shard in memory. No document is dropped:
each shard of documents has a shard of measures, from which `selection` decides. Finished shards stay on disk, and a
killed run resumes after them.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tinypt.cleaning.boilerplate import common_lines, count_lines, without_common
from tinypt.cleaning.document import STEPS, repair_batch
from tinypt.cleaning.mojibake import fix_mojibake
from tinypt.cleaning.text import normalise_space
from tinypt.corpus.shards import SCHEMA, list_shards, open_shard, read_shard, write_shard
from tinypt.executors import LOCAL, Executor, run
from tinypt.files import is_whole, remove_others, sealed_path, verify
from tinypt.measures.statistics import COLUMNS, INDEX_WORDS, measure
from tinypt.params.clean import Clean
from tinypt.runtime.progress import Progress

# Measures of a document: UTF-8 bytes before and after cleaning, bytes removed by each repair, statistics, index.
CHANGES: list[Any] = [("bytes_in", pa.int64()), ("changes", pa.map_(pa.string(), pa.int64()))]
MEASURES: list[Any] = [
    *CHANGES,
    ("bytes", pa.int64()),
    *((name, pa.float64()) for name in COLUMNS),
    ("index", pa.binary(8 * INDEX_WORDS)),
]
REPAIRS = ("markup", "entities", "mojibake", *STEPS, "boilerplate")
RAW_LABELS: list[Any] = [("noise", pa.list_(pa.string())), ("original", pa.string())]
# Labelled noise: its kinds, and whether cleaning restored the original text; null if no repair could.
LABELS: list[Any] = [("noise", pa.list_(pa.string())), ("restored", pa.bool_())]

_NOTHING = pa.record_batch([[]] * len(SCHEMA), schema=SCHEMA)
_LZ4 = pa.ipc.IpcWriteOptions(compression="lz4")  # read once, then deleted: speed matters more than size


def clean_corpus(raw: Path, work: Path, rules: Clean, workers: int, executor: Executor = LOCAL) -> None:
    """Clean the shards of `raw` into work/clean and work/measures, one shard in each per raw shard.

    The result depends on neither the workers nor the executor.

    Args:
        raw: folder with the raw shards.
        work: folder for unfinished work. Shards that an earlier run finished there are used.
        rules: the `clean` parameters.
        workers: number of processes.
        executor: runs the processes.
    """
    shards = list_shards(raw)
    for name in ("repaired", "lines", "clean", "measures"):
        (work / name).mkdir(parents=True, exist_ok=True)
    for name in ("clean", "measures"):
        remove_others(work / name, [shard.name for shard in shards])
    _each("clean: repair", partial(_repair_shard, work=work, rules=rules), shards, workers, executor)
    common = common_lines([_lines_of(work, shard) for shard in shards], rules.boilerplate_documents)
    _each("clean: measure", partial(_measure_shard, work=work, rules=rules, common=common), shards, workers, executor)


def _each(label: str, work: Callable[[Path], int], shards: list[Path], workers: int, executor: Executor) -> None:
    progress = Progress(label, "documents")
    for done in run(work, shards, executor, workers):
        progress.add(done)
    progress.close()


def _repair_shard(shard: Path, work: Path, rules: Clean) -> int:
    """Repair the documents of a shard and count its short lines. Returns the number of documents."""
    lines_path = _lines_of(work, shard)
    if is_whole(lines_path) and is_whole(_repaired(work, shard)):
        return 0
    batches, keys, count = read_shard(shard), [np.empty(0, dtype=np.uint64)], 0
    first = next(batches, _NOTHING)
    schema = pa.schema([*SCHEMA, *CHANGES, *(RAW_LABELS if "noise" in first.schema.names else [])])
    with sealed_path(_repaired(work, shard)) as temporary, pa.ipc.new_file(temporary, schema, options=_LZ4) as file:
        for batch in chain([first], batches):
            raw = pl.Series(batch.column("text"))
            repaired, changes = repair_batch(raw, rules)
            texts = repaired.to_arrow()
            keys.append(count_lines(texts, rules.boilerplate_words))
            columns = dict(zip(batch.schema.names, batch.columns, strict=True)) | {
                "title": normalise_space(fix_mojibake(pl.Series(batch.column("title")))).to_arrow(),
                "text": texts,
                "bytes_in": raw.str.len_bytes().to_arrow(),
                "changes": [list(change.items()) for change in changes],
            }
            file.write(pa.record_batch(columns, schema=schema))
            count += len(batch)
    distinct, times = np.unique(np.concatenate(keys), return_counts=True)
    with sealed_path(lines_path) as temporary, temporary.open("wb") as lines:
        np.save(lines, np.stack([distinct, times.astype(np.uint64)]))
    return count


def _measure_shard(shard: Path, work: Path, rules: Clean, common: NDArray[np.uint64]) -> int:
    """Remove the boilerplate lines of a shard and measure its documents. Returns the number of documents."""
    documents_path, measures_path = work / "clean" / shard.name, work / "measures" / shard.name
    if is_whole(documents_path) and is_whole(measures_path):
        return 0
    verify(_repaired(work, shard))
    measures, count = [], 0
    with (
        pa.memory_map(str(_repaired(work, shard))) as source,
        pa.ipc.open_file(source) as file,
        open_shard(documents_path, SCHEMA) as write,
    ):
        for batch in map(file.get_batch, range(file.num_record_batches)):
            before = batch.column("text")
            texts = without_common(before, common, rules.boilerplate_words)
            statistics, index = measure(texts)
            columns = dataclasses.asdict(statistics) | {
                "bytes_in": batch.column("bytes_in"),
                "changes": _with_boilerplate(batch.column("changes"), before, texts),
                "bytes": pc.binary_length(texts).cast(pa.int64()),
                "index": pa.FixedSizeBinaryArray.from_buffers(
                    pa.binary(8 * INDEX_WORDS), len(index), [None, pa.py_buffer(np.ascontiguousarray(index))]
                ),
            }
            labels = []
            if "noise" in batch.schema.names:
                labels = LABELS
                columns |= {"noise": batch.column("noise"), "restored": _restored(batch.column("original"), texts)}
            write(pa.table([*map(batch.column, ("doc_id", "title", "uri")), texts], schema=SCHEMA))
            measures.append(pa.table(columns, schema=pa.schema([*MEASURES, *labels])))
            count += len(batch)
    write_shard(measures_path, [pa.concat_tables(measures).combine_chunks()])  # small: a few hundred bytes per document
    return count


def _with_boilerplate(changes: pa.Array, before: pa.Array, after: pa.Array) -> pa.Array:
    """Add the bytes of the removed lines to the changes of their documents."""
    sizes = pc.subtract(pc.binary_length(before), pc.binary_length(after)).to_numpy()
    if not sizes.any():
        return changes
    rows = changes.to_pylist()
    for place in np.flatnonzero(sizes):
        rows[place] = [*rows[place], ("boilerplate", sizes[place])]
    return pa.array(rows, changes.type)


def _restored(original: pa.Array, texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.not_equal(original, ""), pc.equal(original, texts), None)


def _lines_of(work: Path, shard: Path) -> Path:
    return work / "lines" / f"{shard.stem}.npy"


def _repaired(work: Path, shard: Path) -> Path:
    return work / "repaired" / f"{shard.stem}.arrow"


def count_repairs(measures: Path) -> dict[str, Any]:
    """Count the documents and bytes that each repair changed; the content of metrics/clean.json."""
    seen, changed, removed = Counter[str](), Counter[str](), Counter[str]()
    for shard in list_shards(measures):
        for batch in read_shard(shard, ["bytes_in", "bytes", "words", "changes"]):
            seen.update(
                documents=len(batch),
                bytes_in=int(batch.column("bytes_in").to_numpy().sum()),
                bytes_out=int(batch.column("bytes").to_numpy().sum()),
                words_out=int(batch.column("words").to_numpy().sum()),
            )
            for changes in batch.column("changes").to_pylist():
                for repair, size in changes:
                    changed[repair] += 1
                    removed[repair] += size
    return {
        **{name: seen[name] for name in ("documents", "bytes_in", "bytes_out", "words_out")},
        "repairs": {repair: {"documents": changed[repair], "bytes": removed[repair]} for repair in REPAIRS},
    }
