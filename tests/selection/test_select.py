"""Decisions by rules and duplicates, and the files written from them."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cleaning.conftest import RULES, SELECT
from tinypt.cleaning.clean import clean_corpus
from tinypt.corpus.shards import SCHEMA, list_shards, shard_name, write_shard
from tinypt.measures.statistics import measure
from tinypt.params.select import Rule
from tinypt.sample.documents import write_document
from tinypt.selection.duplicates import similarity
from tinypt.selection.examples import PER_RULE, write_examples
from tinypt.selection.select import decide, first_failed, write_decisions
from tinypt.selection.split import is_held_out

BASE = [write_document(Random(seed)).text for seed in range(40)]


def _changed(text: str) -> str:
    words = text.split(" ")
    words[len(words) // 2] = "trocada"
    return " ".join(words)


# In corpus order: whole texts, a near copy and two exact ones of the first, one too short.
TEXTS = [*BASE, _changed(BASE[0]), BASE[0].upper(), BASE[0], "curto"]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("selection")
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(TEXTS)]
    for shard in range(3):
        part = rows[shard * 15 : (shard + 1) * 15]
        write_shard(folder / "raw" / shard_name(shard), [pa.Table.from_pylist(part, schema=SCHEMA)])
    clean_corpus(folder / "raw", folder, RULES, 1)
    return folder


def _reasons(work: Path, options: object = SELECT) -> list[str | None]:
    decisions = decide(work / "measures", options)  # type: ignore[arg-type]
    names = [*decisions.names, None]
    return [names[place] for place in decisions.reason]


def test_the_first_of_a_cluster_stays_and_the_others_point_to_it(work: Path) -> None:
    assert _reasons(work) == [None] * 40 + ["near_duplicate", "exact_duplicate", "exact_duplicate", "too_short"]
    decisions = decide(work / "measures", SELECT)
    assert decisions.cluster.tolist() == [*range(40), 0, 0, 0, 43]
    assert decisions.size.tolist() == [4, *[1] * 39, 4, 4, 4, 1]
    assert (decisions.hash[[40, 41, 42]] == decisions.hash[0]).all()


def test_near_duplicates_stay_if_the_rule_is_off(work: Path) -> None:
    reasons = _reasons(work, replace(SELECT, near_duplicates=None))
    assert reasons[40:43] == [None, "exact_duplicate", "exact_duplicate"]


def test_an_index_larger_than_memory_gives_a_warning(
    work: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    decide(work / "measures", SELECT)
    assert not caplog.messages
    monkeypatch.setattr("os.sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2}[name])
    decide(work / "measures", SELECT)
    (line,) = caplog.messages
    assert line.startswith("select: searching 43 documents for duplicates takes 0.0 GB of memory")
    assert "TINYPT_EXECUTOR=ray" in line


def test_a_document_that_fails_a_rule_has_no_duplicates(work: Path) -> None:
    longest = {"too_long": Rule("words", None, len(BASE[0].split()) - 1)}
    reasons = _reasons(work, replace(SELECT, rules=longest))
    assert {reasons[0], *reasons[40:43]} == {"too_long"}


def test_decisions_have_the_shards_and_rows_of_the_documents(work: Path, tmp_path: Path) -> None:
    decisions = decide(work / "measures", SELECT)
    write_decisions(decisions, work / "measures", tmp_path)
    tables = [pq.read_table(path) for path in list_shards(tmp_path)]
    assert [len(table) for table in tables] == [15, 15, 14]
    whole = pa.concat_tables(tables)
    assert whole.column("reason").to_pylist() == _reasons(work)
    assert whole.column("cluster").to_pylist() == decisions.cluster.tolist()
    hashes = whole.column("cluster_hash").to_pylist()
    assert hashes == [row.tobytes() for row in decisions.hash]


def test_examples_name_the_rule_and_quote_the_text(work: Path, tmp_path: Path) -> None:
    write_examples(work / "clean", decide(work / "measures", SELECT), tmp_path / "examples.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "examples.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert Counter(row["rule"] for row in rows) == {"too_short": 1, "exact_duplicate": 2, "near_duplicate": 1}
    assert rows[0] == {"rule": "too_short", "doc_id": "43", "cluster": 43, "text": "curto"}


def test_examples_of_many_documents_are_a_sample(tmp_path: Path) -> None:
    rows = [{"doc_id": str(n), "title": "", "uri": "", "text": f"curto {n}"} for n in range(3 * PER_RULE)]
    write_shard(tmp_path / "raw" / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    clean_corpus(tmp_path / "raw", tmp_path, RULES, 1)
    write_examples(tmp_path / "clean", decide(tmp_path / "measures", SELECT), tmp_path / "examples.jsonl")
    ids = [int(json.loads(line)["doc_id"]) for line in (tmp_path / "examples.jsonl").read_text().splitlines()]
    assert len(ids) == PER_RULE
    assert max(ids) > 2 * PER_RULE  # not the first ones


def test_the_split_separates_no_similar_documents(work: Path) -> None:
    """Compares all pairs across the split by newly computed signatures."""
    decisions = decide(work / "measures", SELECT)
    stays = np.flatnonzero(decisions.reason == len(decisions.names))
    held = np.array([is_held_out(decisions.hash[row].tobytes(), 13, 0.5) for row in stays])
    assert 0 < held.sum() < len(held)
    _, index = measure(pa.array([TEXTS[row] for row in stays]))
    train, test = index[~held], index[held]
    assert SELECT.near_duplicates is not None
    for row in test:
        assert similarity(np.broadcast_to(row, train.shape).copy(), train).max() < SELECT.near_duplicates


PROSE = (
    "O governo anunciou ontem que a economia do país cresceu mais do que se esperava no último trimestre, e que o "
    "consumo das famílias também aumentou; para os especialistas, porém, é preciso esperar pelos novos números."
)
SPANISH = (
    "El presidente del gobierno anunció ayer que la economía del país ha crecido más de lo esperado en el último "
    "trimestre. Para los expertos, no obstante, es necesario esperar a que se confirmen las cifras."
)
ENGLISH = (
    "The government announced yesterday that the economy has grown more than expected. As for the data, no one "
    "knows what to do about a problem like this, and it is not clear who will be able to help."
)


def _first_failed(texts: list[str], **changed: Rule) -> list[str | None]:
    rules = SELECT.rules | changed
    names = [*rules, None]
    return [names[place] for place in first_failed(measure(pa.array(texts))[0], rules)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROSE, None),
        ("Só isto.", "too_short"),
        (SPANISH, "language"),
        (ENGLISH, "language"),
        ("comprar barato frete grátis " * 10, "repeated_words"),
        ("\n".join(["Um aviso que se repete."] * 6 + [PROSE]), "duplicate_lines"),
        (PROSE + " 10" * 30, "letters"),
    ],
)
def test_the_first_rule_a_text_fails(text: str, reason: str | None) -> None:
    distinct = " ".join(f"{word}{place}" if word == "10" else word for place, word in enumerate(text.split(" ")))
    assert _first_failed([PROSE, distinct if reason == "letters" else text]) == [None, reason]


def test_a_text_that_is_too_long() -> None:
    assert _first_failed([PROSE], too_long=Rule("words", None, 20)) == ["too_long"]


def test_an_empty_text_is_too_short() -> None:
    assert _first_failed([""]) == ["too_short"]


def test_a_text_that_fails_several_rules_is_counted_under_the_first() -> None:
    assert _first_failed(["12 34", "12 " * 6000, "12 " * 50]) == ["too_short", "too_long", "repeated_words"]


def test_the_bounds_themselves_pass() -> None:
    text = " ".join(f"casa{number}" for number in range(20))
    off = Rule("stop_words", None, None)
    assert _first_failed([text, text + " a"], language=off) == [None, None]
    assert _first_failed([text, text + " a"], language=off, too_long=Rule("words", None, 20)) == [None, "too_long"]


def test_a_rule_without_bounds_is_off() -> None:
    assert _first_failed(["Só isto."], too_short=Rule("words", None, None)) != ["too_short"]


def test_clean_text_of_the_sample_passes() -> None:
    assert set(_first_failed([write_document(Random(seed)).text for seed in range(100)])) == {None}
