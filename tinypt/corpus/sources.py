"""All sources behind one door: parameters in, records out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from tinypt.corpus.files import expand, read_file
from tinypt.corpus.hub import read_hub
from tinypt.corpus.records import Record
from tinypt.corpus.sample.generator import SampleRecord, sample_records
from tinypt.corpus.shards import SCHEMA
from tinypt.corpus.vert import read_vert
from tinypt.errors import PipelineError
from tinypt.params.corpus import Corpus, FilesCorpus, HubCorpus, SampleCorpus, VertCorpus

SAMPLE_SCHEMA = pa.schema([*SCHEMA, ("noise", pa.list_(pa.string())), ("original", pa.string())])


@dataclass
class Notes:
    """What reading a source counts on the way: rows left out, by reason, and the source's own units (vert)."""

    skipped: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)


def iter_records(corpus: Corpus, seed: int, notes: Notes, done: int = 0) -> Iterator[Record | SampleRecord]:
    """Records of the corpus, in an order that depends on the parameters and the data alone.

    Args:
        corpus: the source and its parameters.
        seed: of the sample.
        notes: takes the counts.
        done: records to leave out at the start, because an earlier run has them; `notes` are then that run's.
    """
    if isinstance(corpus, HubCorpus):  # the one source that need not read again what it leaves out
        return read_hub(corpus, done + notes.skipped.total(), notes.skipped)
    notes.skipped.clear()
    notes.counts.clear()
    return islice(_local_records(corpus, seed, notes), done, None)


def _local_records(
    corpus: SampleCorpus | FilesCorpus | VertCorpus, seed: int, notes: Notes
) -> Iterator[Record | SampleRecord]:
    if isinstance(corpus, SampleCorpus):
        yield from sample_records(corpus.documents, corpus.noise, seed)
    elif isinstance(corpus, VertCorpus):
        yield from read_vert(corpus.path, notes.counts, notes.skipped)
    else:
        for path in expand(corpus.paths):
            yield from read_file(path, corpus.text_column, notes.skipped)


def local_files(corpus: Corpus) -> list[Path]:
    """The files that the source reads on this machine.

    Raises:
        PipelineError: one of them is missing.
    """
    if isinstance(corpus, FilesCorpus):
        return expand(corpus.paths)
    if isinstance(corpus, VertCorpus) and not corpus.path.is_file():
        raise PipelineError(f"{corpus.path}: no such file; correct corpus.path")
    return [corpus.path] if isinstance(corpus, VertCorpus) else []


def schema_of(corpus: Corpus) -> pa.Schema:
    """Columns of the corpus's raw shards: the record's, and the sample's labels."""
    return SAMPLE_SCHEMA if isinstance(corpus, SampleCorpus) else SCHEMA


def as_row(record: Record | SampleRecord) -> dict[str, Any]:
    """A record as a row of a shard."""
    return dict(vars(record))
