from tinypt.corpus.records import Record, from_mapping


def test_ids_and_titles_may_be_in_meta() -> None:
    row = {"text": "x", "meta": {"docid": "netg-1", "url": "http://a"}}
    assert from_mapping(row, "f-0", "text") == Record("netg-1", "", "http://a", "x")


def test_an_id_may_be_zero() -> None:
    assert from_mapping({"id": 0, "text": "x"}, "f-9", "text") == Record("0", "", "", "x")


def test_a_sentence_cannot_break_a_paragraph() -> None:
    record = from_mapping({"text": {"paragraphs": [["a\nb", "c"], ["d"]]}}, "f-0", "text")
    assert record is not None
    assert record.text == "a b c\nd"


def test_rows_without_text_give_no_record() -> None:
    for row in ({}, {"text": None}, {"text": " \n"}, {"text": 3}, {"text": {"paragraphs": []}}, {"text": {"x": 1}}):
        assert from_mapping(row, "f-0", "text") is None
