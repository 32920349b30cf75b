from typing import Any

import pytest

from tinypt.corpus.records import Record, from_mapping


def test_ids_and_titles_may_be_in_meta() -> None:
    row = {"text": "x", "meta": {"docid": "netg-1", "url": "http://a"}}
    assert from_mapping(row, "f-0", "text") == Record("netg-1", "", "http://a", "x")


def test_an_id_may_be_zero() -> None:
    assert from_mapping({"id": 0, "text": "x"}, "f-9", "text") == Record("0", "", "", "x")


def test_a_sentence_cannot_break_a_paragraph() -> None:
    record = from_mapping({"text": {"paragraphs": [["a\nb", "c"], ["d"]]}}, "f-0", "text")
    assert isinstance(record, Record)
    assert record.text == "a b c\nd"


def test_bytes_are_text_in_utf8() -> None:
    row = {"text": "maçã".encode(), "id": b"a-1", "title": "Maçã".encode()}
    assert from_mapping(row, "f-0", "text") == Record("a-1", "Maçã", "", "maçã")


@pytest.mark.parametrize("text", [None, "", " \n", b" ", [], {"paragraphs": []}, [{"paragraphs": None}], [None]])
def test_rows_without_text_are_empty(text: Any) -> None:
    assert from_mapping({"text": text}, "f-0", "text") == "empty_text"


def test_a_row_without_the_field_is_not_an_empty_one() -> None:
    assert from_mapping({}, "f-0", "text") == "no_text_field"


@pytest.mark.parametrize("value", [float("nan"), {"pt": "T"}, ["T"], None, "", b""])
def test_what_is_no_id_or_title_is_not_used(value: Any) -> None:
    assert from_mapping({"text": "x", "id": value, "title": value}, "f-0", "text") == Record("f-0", "", "", "x")


@pytest.mark.parametrize(
    "text",
    [
        *(3, 0.5, True, float("nan"), [1, 2], [["a", 1]]),
        *({"pt": "um", "en": "one"}, [{"content": "um", "role": "user"}], [[{"content": "um", "role": "user"}]]),
        *([[["a b c"]]], [["a", ["b"]], ["c", {"x": 1}]], [{"paragraphs": [["a"]]}]),
    ],
)
def test_values_that_are_not_text_are_named_so(text: Any) -> None:
    assert from_mapping({"text": text}, "f-0", "text") == "not_text"


def test_bytes_that_are_not_utf8_are_named_so() -> None:
    assert from_mapping({"text": "maçã".encode("latin-1")}, "f-0", "text") == "not_utf8"
