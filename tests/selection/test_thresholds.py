from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cleaning.conftest import RULES, SELECT
from tinypt.cleaning.clean import clean_corpus
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.measures.statistics import COLUMNS, Statistics, measure
from tinypt.params.select import Rule
from tinypt.sample.documents import write_document
from tinypt.selection.thresholds import dropped_share, propose, read_all

TEXTS = [write_document(Random(seed)).text for seed in range(60)]


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    return measure(pa.array(TEXTS))[0]


@given(st.floats(0, 0.9), st.integers(0, 100))
def test_the_proposal_drops_nearly_the_given_share_and_no_more(share: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    many = Statistics(*random.normal(size=(len(COLUMNS), 500)))
    rules = {"a": Rule("words", 0.0, None), "b": Rule("letters", None, 0.0), "c": Rule("lines", 0.0, 1.0)}
    found = dropped_share(many, propose(many, rules, share))
    assert share - 4 / 500 <= found <= share


def test_bounds_that_are_off_stay_off(statistics: Statistics) -> None:
    rules = {"a": Rule("words", 20.0, None), "b": Rule("letters", None, None)}
    proposed = propose(statistics, rules, 0.3)
    assert proposed["a"].max is None
    assert proposed["a"].min is not None
    assert proposed["b"] == rules["b"]


def test_a_share_of_0_drops_nothing(statistics: Statistics) -> None:
    assert dropped_share(statistics, propose(statistics, SELECT.rules, 0.0)) == 0.0


def test_all_shards_are_read(tmp_path: Path, statistics: Statistics) -> None:
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(TEXTS)]
    for shard in range(2):
        part = rows[shard * 30 : (shard + 1) * 30]
        write_shard(tmp_path / "raw" / shard_name(shard), [pa.Table.from_pylist(part, schema=SCHEMA)])
    clean_corpus(tmp_path / "raw", tmp_path, replace(RULES, boilerplate_words=0), 1)
    assert read_all(tmp_path / "measures").words.tolist() == statistics.words.tolist()
