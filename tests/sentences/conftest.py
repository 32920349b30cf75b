"""Fixtures shared by the tests of choosing and encoding."""

from pathlib import Path

import pyarrow as pa
import pytest

from tests.conftest import TEXTS
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Three shards of a training split, with two documents each; the last repeats a text in capitals."""
    folder = tmp_path / "train"
    for index, texts in enumerate([TEXTS[:2], TEXTS[2:4], [TEXTS[4], TEXTS[1].upper()]]):
        columns = [[f"{index}-{row}" for row in range(2)], [""] * 2, [""] * 2, texts]
        write_shard(folder / shard_name(index), [pa.table(columns, schema=SCHEMA)])
    return folder
