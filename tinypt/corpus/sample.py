"""The generated sample as rows of the corpus. Only the stage `sample` generates: `download` reads what that wrote."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

import pyarrow as pa

from tinypt.corpus.shards import SAMPLE_SCHEMA
from tinypt.params.corpus import SampleCorpus
from tinypt.sample.generator import sample_records

ROWS = 256  # records per table


def sample_tables(corpus: SampleCorpus, seed: int) -> Iterator[pa.Table]:
    """The documents of the sample with their labels, in order."""
    records = sample_records(corpus.documents, corpus.noise, seed)
    while rows := [asdict(record) for record in islice(records, ROWS)]:
        yield pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)
