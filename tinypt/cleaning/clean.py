"""The pass over the corpus: repair every document, take out the lines that many share, measure what is left.

Two steps, each shard by shard, so that memory holds one shard a worker. No document is dropped: beside the shards of
documents stand their measures, by which `selection` decides, again and again if need be. A finished shard of a
step is on disk, and a killed run goes on after it.
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
from tinypt.cleaning.document import repair_batch
from tinypt.cleaning.mojibake import fix_mojibake
from tinypt.cleaning.text import normalise_space
from tinypt.corpus.shards import SCHEMA, list_shards, open_shard, read_shard, write_shard
from tinypt.executors import LOCAL, Executor, run
from tinypt.files import atomic_path
from tinypt.measures.statistics import COLUMNS, INDEX_WORDS, measure
from tinypt.params.clean import Clean
from tinypt.runtime.progress import Progress

# What is known of a document beside its text: UTF-8 bytes before and after, bytes by repair, statistics, index.
CHANGES: list[Any] = [("bytes_in", pa.int64()), ("changes", pa.map_(pa.string(), pa.int64()))]
MEASURES: list[Any] = [
    *CHANGES,
    ("bytes", pa.int64()),
    *((name, pa.float64()) for name in COLUMNS),
    ("index", pa.binary(8 * INDEX_WORDS)),
]
REPAIRS = ("markup", "entities", "mojibake", "urls", "metadata", "lossy_mojibake", "personal_data", "boilerplate")
RAW_LABELS: list[Any] = [("noise", pa.list_(pa.string())), ("original", pa.string())]
# Of labelled noise: its kinds, and whether the text is what it was before, null where nothing could restore it.
LABELS: list[Any] = [("noise", pa.list_(pa.string())), ("restored", pa.bool_())]

_NOTHING = pa.record_batch([[]] * len(SCHEMA), schema=SCHEMA)
_LZ4 = pa.ipc.IpcWriteOptions(compression="lz4")  # read once and thrown away: small matters less than fast


def clean_corpus(raw: Path, work: Path, rules: Clean, workers: int, engine: Executor = LOCAL) -> None:
    """Clean the shards of `raw` into work/clean and work/measures, one shard in each for every one.

    Args:
        raw: folder of raw shards.
        work: folder for unfinished work; what an earlier run left there is taken up.
        rules: the `clean` parameters.
        workers: processes; the result does not depend on them.
        engine: what runs them; nor on this.
    """
    shards = list_shards(raw)
    for name in ("repaired", "lines", "clean", "measures"):
        (work / name).mkdir(parents=True, exist_ok=True)
    _each("clean: repair", partial(_repair_shard, work=work, rules=rules), shards, workers, engine)
    common = common_lines([_lines_of(work, shard) for shard in shards], rules.boilerplate_documents)
    _each("clean: measure", partial(_measure_shard, work=work, rules=rules, common=common), shards, workers, engine)


def _each(label: str, work: Callable[[Path], int], shards: list[Path], workers: int, engine: Executor) -> None:
    progress = Progress(label, "documents")
    for done in run(work, shards, engine, workers):
        progress.add(done)
    progress.close()


def _repair_shard(shard: Path, work: Path, rules: Clean) -> int:
    """Repair a shard's documents; count its short lines."""
    lines_path = _lines_of(work, shard)
    if lines_path.exists():
        return 0
    batches, keys, count = read_shard(shard), [np.empty(0, dtype=np.uint64)], 0
    first = next(batches, _NOTHING)
    schema = pa.schema([*SCHEMA, *CHANGES, *(RAW_LABELS if "noise" in first.schema.names else [])])
    with atomic_path(_repaired(work, shard)) as temporary, pa.ipc.new_file(temporary, schema, options=_LZ4) as file:
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
    with atomic_path(lines_path) as temporary, temporary.open("wb") as lines:
        np.save(lines, np.stack([distinct, times.astype(np.uint64)]))
    return count


def _measure_shard(shard: Path, work: Path, rules: Clean, common: NDArray[np.uint64]) -> int:
    """Take out boilerplate lines and measure a shard's documents."""
    documents_path, measures_path = work / "clean" / shard.name, work / "measures" / shard.name
    if documents_path.exists() and measures_path.exists():
        return 0
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
    write_shard(measures_path, [pa.concat_tables(measures).combine_chunks()])  # small: some hundred bytes a document
    return count


def _with_boilerplate(changes: pa.Array, before: pa.Array, after: pa.Array) -> pa.Array:
    """The documents' changes and, where lines were taken out, the bytes these took."""
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
    """What the repairs did, as in metrics/clean.json."""
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
