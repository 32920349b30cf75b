"""Read any source: parameters in, batches of rows out, starting where an earlier run stopped."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from tinypt.corpus.batches import Batch
from tinypt.corpus.files import check_form, expand, expand_by_path, is_one_document, read_open
from tinypt.corpus.hub import HubStream
from tinypt.corpus.records import Record
from tinypt.corpus.shards import SAMPLE_SCHEMA, SCHEMA, read_shards
from tinypt.corpus.streams import named_faults
from tinypt.files import list_files
from tinypt.params.corpus import Corpus, FilesCorpus, HubCorpus, SampleCorpus, VertCorpus
from tinypt.runtime.errors import PipelineError

SAMPLE = Path("data/sample")  # written by the stage `sample`
ROWS = 256  # records per batch


@dataclass
class Notes:
    """Counts kept while reading.

    skipped: rows by reason. counts: units of the source (vert). documents: by position in corpus.paths (files).
    """

    skipped: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)


def iter_batches(corpus: Corpus, notes: Notes, resume: dict[str, Any] | None = None) -> Iterator[Batch]:
    """Rows of the corpus, in an order that depends only on the parameters and the data.

    Args:
        corpus: the source and its parameters.
        notes: receives the counts, reset to their values at `resume`.
        resume: the `start` of a batch from an earlier run. Its `rows` is the number of rows of that batch to skip.

    Yields:
        Batches. The `start` of each is the `resume` that continues with this batch.
    """
    resume = resume or {"at": None, "skipped": {}, "counts": {}, "documents": {}, "rows": 0}
    notes.skipped, notes.counts = Counter(resume["skipped"]), Counter(resume["counts"])
    notes.documents = Counter(resume.get("documents", {}))
    done = resume["rows"]
    source = _open(corpus, notes, resume["at"])
    while True:
        before = {name: dict(counter) for name, counter in vars(notes).items()}
        batch = next(source, None)
        if batch is None:
            return
        left_out = min(done, len(batch.rows))
        done -= left_out
        if left_out < len(batch.rows):
            yield Batch(batch.rows.slice(left_out), {"at": batch.start, **before, "rows": left_out}, batch.read)


def local_files(corpus: Corpus) -> list[Path]:
    """The local files that the source reads.

    Raises:
        PipelineError: a file is missing.
    """
    if isinstance(corpus, FilesCorpus):
        return expand(corpus.paths)
    if isinstance(corpus, HubCorpus) and Path(corpus.id).is_dir():
        return list_files(Path(corpus.id))
    if isinstance(corpus, VertCorpus) and not corpus.path.is_file():
        raise PipelineError(f"{corpus.path}: no such file; correct corpus.path")
    return [corpus.path] if isinstance(corpus, VertCorpus) else []


def origin(corpus: Corpus) -> dict[str, Any]:
    """Description of the source for the manifest, without local paths."""
    if isinstance(corpus, HubCorpus):
        return asdict(corpus) | {"id": Path(corpus.id).name if Path(corpus.id).is_dir() else corpus.id}
    if isinstance(corpus, SampleCorpus):
        return {"source": corpus.source, "documents": corpus.documents}
    files = local_files(corpus)
    return {"source": corpus.source, "files": len(files), "bytes": sum(path.stat().st_size for path in files)}


def _open(corpus: Corpus, notes: Notes, start: Any) -> Iterator[Batch]:
    if isinstance(corpus, VertCorpus):
        from tinypt.corpus.vert import read_vert  # imported here because numba is slow and only this source needs it

        return read_vert(corpus.path, notes.counts, notes.skipped, start)
    if isinstance(corpus, FilesCorpus):
        return _files(corpus, notes, start or {"file": 0, "row": 0})
    if isinstance(corpus, HubCorpus):
        stream = HubStream(corpus, notes.skipped, start)
        return _batches(stream.records(), SCHEMA, stream.position, stream.read)
    return _sample(corpus, start or 0)


def _sample(corpus: SampleCorpus, start: int) -> Iterator[Batch]:
    done = 0
    for rows in read_shards(SAMPLE):
        left_out = max(start - done, 0)
        if left_out < len(rows):
            yield Batch(
                rows.slice(left_out).cast(SAMPLE_SCHEMA), done + left_out, (done + len(rows)) / corpus.documents
            )
        done += len(rows)


def _files(corpus: FilesCorpus, notes: Notes, start: dict[str, int]) -> Iterator[Batch]:
    named, skipped, counts = expand_by_path(corpus.paths), notes.skipped, notes.counts
    paths = list(named)
    root = os.path.commonpath([path.absolute().parent for path in paths])
    sizes = [path.stat().st_size for path in paths]
    place, bytes_read = dict(start), sum(sizes[: start["file"]])
    # Files that are one document each, by position in corpus.paths
    whole, unusable = Counter[int](), defaultdict[int, Counter[str]](Counter)

    def records() -> Iterator[Record]:
        nonlocal bytes_read
        for index in range(start["file"], len(paths)):
            first = start["row"] if index == start["file"] else 0
            path, earlier, before = paths[index], skipped.total(), skipped.copy()
            with named_faults(path), path.open("rb") as raw:
                name = path.absolute().relative_to(root).as_posix()
                records = read_open(path, raw, name, corpus.text_column, skipped, counts, first, corpus.document)
                for count, record in enumerate(records, 1):
                    place.update(file=index, row=first + count + skipped.total() - earlier)
                    bytes_read = sum(sizes[:index]) + raw.tell()
                    notes.documents[str(named[path])] += 1
                    yield record
            if is_one_document(path, corpus.document):
                whole[named[path]] += 1
                unusable[named[path]] += skipped - before
        for number, files in whole.items():
            check_form(str(corpus.paths[number]), files, unusable[number])

    return _batches(records(), SCHEMA, lambda: dict(place), lambda: bytes_read / max(sum(sizes), 1))


def _batches(
    records: Iterator[Record],
    schema: pa.Schema,
    position: Callable[[], Any],
    read: Callable[[], float | None],
) -> Iterator[Batch]:
    """Group records into batches. `position` and `read` give the state after the latest record."""
    while True:
        start = position()
        rows = [dict(vars(record)) for record in islice(records, ROWS)]
        if not rows:
            return
        yield Batch(pa.RecordBatch.from_pylist(rows, schema=schema), start, read())
