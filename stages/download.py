"""Download the raw corpus from its source and write it as Parquet shards.

Reads the `corpus` parameters and, for `source: sample`, data/sample; writes data/raw/*.parquet, data/raw/manifest.json
and metrics/download.json.
After a kill, a rerun continues after the last finished shard; damaged shards, and all after them, are read again.
"""

import logging
import os
import shutil
from pathlib import Path
from typing import Any

from tinypt.corpus.files import READERS, unknown_kinds
from tinypt.corpus.manifest import MANIFEST, Entry
from tinypt.corpus.sources import Notes, iter_batches, local_files, origin
from tinypt.corpus.writer import ShardWriter
from tinypt.files import (
    fingerprint,
    is_whole,
    publish,
    read_json,
    remove_others,
    sealed_path,
    work_folder,
    write_json,
)
from tinypt.params.corpus import Corpus, FilesCorpus
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.runtime.run import run

POSITIONS = "files"  # the form of a saved position: another form cannot continue the work of this one
log = logging.getLogger(__name__)


def main() -> None:
    """Write the raw corpus."""
    corpus = load("corpus", Corpus)
    unknown = dict(sorted(unknown_kinds(corpus.paths).items())) if isinstance(corpus, FilesCorpus) else {}
    if unknown:
        listed = ", ".join(f"{number:,} {kind}" for kind, number in unknown.items())
        log.warning("corpus: files of unknown kind are not read: %s (known: %s)", listed, ", ".join(READERS))
    inputs = [(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in local_files(corpus)]
    work = work_folder("download", fingerprint([POSITIONS, corpus, inputs]))
    shards, states = work / "shards", work / "states"
    for folder in (shards, states):
        folder.mkdir(exist_ok=True)
    finished, resume = _restore(states, shards)
    writer, notes, progress = ShardWriter(shards, finished), Notes(), Progress("download", "documents")
    before = sum(entry["documents"] for entry in finished)
    for batch in iter_batches(corpus, notes, resume):
        written = writer.add(batch.rows)
        if written:
            _save(states, writer.entries, batch.start | {"rows": batch.start["rows"] + written})
        if batch.read:
            progress.total = round((before + progress.done + len(batch.rows)) / batch.read) - before
        progress.add(len(batch.rows))
    writer.close()
    progress.close()
    metrics = _metrics(writer.entries, notes) | ({"files_of_unknown_kind": unknown} if unknown else {})
    if not metrics["documents"]:
        raise PipelineError(f"corpus: the source has no usable document; rows skipped: {dict(notes.skipped) or 'none'}")
    if isinstance(corpus, FilesCorpus):
        by_path = [(_name(path), notes.documents[str(position)]) for position, path in enumerate(corpus.paths)]
        log.info("corpus: documents by path: %s", ", ".join(f"{path} {number:,}" for path, number in by_path))
        metrics["by_path"] = [{"path": path, "documents": number} for path, number in by_path]
    write_json(shards / MANIFEST, {"source": origin(corpus), "shards": writer.entries})
    write_json(Path("metrics/download.json"), metrics)
    publish(shards, Path("data/raw"))  # last: after this there is no unfinished work
    shutil.rmtree(work)


def _name(path: Path) -> str:
    """A path for metrics, which are published: without the folders of this machine."""
    return path.name if path.is_absolute() else str(path)


def _metrics(entries: list[Entry], notes: Notes) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "documents": sum(entry["documents"] for entry in entries),
        "words": sum(entry["words"] for entry in entries),
        "bytes": sum(entry["bytes"] for entry in entries),
        "shards": len(entries),
        "skipped": dict(sorted(notes.skipped.items())),
    }
    return metrics | ({"source": dict(sorted(notes.counts.items()))} if notes.counts else {})


def _restore(states: Path, shards: Path) -> tuple[list[Entry], dict[str, Any] | None]:
    """Finished shards of a killed run, and the position to continue from; empty and None without such a run.

    A run killed while publishing leaves states whose shards have already moved.
    """
    finished: list[Entry] = []
    resume = None
    numbered = {int(path.stem): path for path in states.glob("*.json") if path.stem.isdecimal()}
    for _, path in sorted(numbered.items()):
        if not is_whole(path):
            break
        saved = read_json(path)
        if not all(is_whole(shards / entry["file"]) for entry in saved["shards"][len(finished) :]):
            break
        finished, resume = saved["shards"], saved["resume"]
    remove_others(shards, [entry["file"] for entry in finished])
    return finished, resume


def _save(states: Path, finished: list[Entry], resume: dict[str, Any]) -> None:
    """Write the entries of the finished shards and the position after them to a file of their number."""
    with sealed_path(states / f"{len(finished)}.json") as temporary:
        write_json(temporary, {"shards": finished, "resume": resume})


if __name__ == "__main__":
    run(main)
