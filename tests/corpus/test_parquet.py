from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.corpus.conftest import ROWS, read
from tinypt.runtime.errors import PipelineError


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2**62] * 3, pa.timestamp("us")),
        pa.array([0] * 3, pa.timestamp("us", tz="Nowhere/None")),
        pa.array([2**31 - 1] * 3, pa.date32()),
        pa.array([2**62] * 3, pa.duration("us")),
        pa.array([b"\xff"] * 3, pa.binary()).view(pa.string()),
        pa.array([{"when": 2**62}] * 3, pa.struct([("when", pa.timestamp("us"))])),
    ],
)
@pytest.mark.parametrize("name", ["other", "meta", "id"])
def test_a_fault_in_a_column_without_text_is_not_seen(tmp_path: Path, column: pa.Array, name: str) -> None:
    if name == "id" and not pa.types.is_temporal(column.type):
        return
    table = pa.table({"text": [row["text"] for row in ROWS], name: column})
    pq.write_table(table, tmp_path / "a.parquet")
    records, _ = read(tmp_path / "a.parquet")
    assert [record.text for record in records] == [row["text"] for row in ROWS]


TEXTS = ["maçã", "pêra", None]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([text and text.encode() for text in TEXTS], pa.binary()),
        pa.array([text and text.encode() for text in TEXTS], pa.large_binary()),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS).dictionary_encode(),
        pa.array(TEXTS, pa.string_view()),
        pa.array([[text] for text in TEXTS], pa.list_(pa.string())),
        pa.array([[text and text.encode()] for text in TEXTS], pa.large_list(pa.binary())),
    ],
)
def test_text_is_read_from_every_type_that_holds_it(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"text": column, "meta": [{"title": "T", "x": 1}] * 3}), tmp_path / "a.parquet")
    records, skipped = read(tmp_path / "a.parquet")
    assert [(record.text, record.title) for record in records] == [("maçã", "T"), ("pêra", "T")]
    assert skipped == {"empty_text": 1}


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([{"pt": "um", "en": "one"}]), "struct<pt: string, en: string>"),
        (pa.array([[{"content": "um", "role": "user"}]]), "list<"),
        (pa.array([1]), "int64"),
        (pa.array([1.5]), "double"),
        (pa.array([0], pa.timestamp("us")), "timestamp"),
    ],
)
def test_a_column_that_cannot_hold_text_is_refused_by_its_type(tmp_path: Path, column: pa.Array, kind: str) -> None:
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match=f"the column text is {kind}.*correct corpus.text_column"):
        read(tmp_path / "a.parquet")


def test_lists_deeper_than_sentences_in_paragraphs_are_not_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [[[["um", "dois"]]]] * 3}), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match=r"3 of 3 rows are not_text; correct corpus\.text_column"):
        read(tmp_path / "a.parquet")


LATIN_1 = pa.array([b"um", "maçã".encode("latin-1"), b"dois"], pa.binary())
ENCODED = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int32()), LATIN_1.view(pa.string()))


@pytest.mark.parametrize(
    "column",
    [
        LATIN_1.view(pa.string()),
        LATIN_1.cast(pa.large_binary()).view(pa.large_string()),
        ENCODED,
        pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), ENCODED),
        pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), LATIN_1.view(pa.string())),
    ],
)
def test_a_row_of_parquet_that_is_not_utf8_is_skipped(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    records, skipped = read(tmp_path / "a.parquet")
    assert [record.text for record in records] == ["um", "dois"]
    assert skipped == {"not_utf8": 1}


def test_a_title_that_is_not_utf8_is_read_as_browsers_would(tmp_path: Path) -> None:
    for titles in (LATIN_1, LATIN_1.view(pa.string()), ENCODED):
        pq.write_table(pa.table({"text": ["a", "b", "c"], "title": titles}), tmp_path / "a.parquet")
        assert [record.title for record in read(tmp_path / "a.parquet")[0]] == ["um", "maçã", "dois"]


def test_two_columns_of_the_same_name_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([["a"], ["b"]], names=["text", "text"]), tmp_path / "a.parquet")
    with pytest.raises(PipelineError, match="has several columns text"):
        read(tmp_path / "a.parquet")
