"""Fetch the raw corpus from its source, as Parquet shards.

Reads the `corpus` parameters; writes data/raw/*.parquet and metrics/download.json. A killed download goes on
after its last finished shard.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from tinypt.corpus.shards import ShardWriter, shard_name
from tinypt.corpus.sources import Notes, as_row, iter_records, local_files, schema_of
from tinypt.errors import PipelineError
from tinypt.files import fingerprint, publish, read_json, work_folder, write_json
from tinypt.params.corpus import Corpus
from tinypt.params.loader import load, load_seed
from tinypt.progress import Progress
from tinypt.stage import run


def main() -> None:
    """Write the raw corpus."""
    corpus, seed = load("corpus", Corpus), load_seed()
    inputs = [(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in local_files(corpus)]
    work = work_folder("download", fingerprint([corpus, seed, inputs]))
    shards, state = work / "shards", work / "state.json"
    shards.mkdir(exist_ok=True)
    counts, notes, first = _restore(state, shards)
    writer = ShardWriter(shards, schema_of(corpus), first)
    progress = Progress("download", "documents")
    for record in iter_records(corpus, seed, notes, counts["documents"]):
        counts.update(documents=1, bytes=len(record.text.encode()), words=len(record.text.split()))
        progress.add(1)
        if writer.add(as_row(record)):
            write_json(state, _state(counts, notes, writer.index))
    writer.close()
    progress.close()
    if not counts["documents"]:
        raise PipelineError(f"corpus: the source gave no document; skipped {dict(notes.skipped) or 'none'}")
    write_json(Path("metrics/download.json"), _state(counts, notes, writer.index))
    publish(shards, Path("data/raw"))  # last: from here on there is nothing to go on from
    state.unlink(missing_ok=True)
    work.rmdir()


def _state(counts: Counter[str], notes: Notes, shards: int) -> dict[str, Any]:
    state: dict[str, Any] = {name: counts[name] for name in ("documents", "words", "bytes")}
    state |= {"shards": shards, "skipped": dict(sorted(notes.skipped.items()))}
    return state | ({"source": dict(sorted(notes.counts.items()))} if notes.counts else {})


def _restore(state: Path, shards: Path) -> tuple[Counter[str], Notes, int]:
    """Counts, notes and number of finished shards of a run that was killed; of nothing, where there was none.

    A run killed while it published its shards leaves a state that speaks of shards which are gone.
    """
    saved = read_json(state) if state.exists() else None
    if saved is None or not all((shards / shard_name(index)).exists() for index in range(saved["shards"])):
        return Counter(), Notes(), 0
    notes = Notes(Counter(saved["skipped"]), Counter(saved.get("source", {})))
    return Counter({name: saved[name] for name in ("documents", "words", "bytes")}), notes, saved["shards"]


if __name__ == "__main__":
    run(main)
