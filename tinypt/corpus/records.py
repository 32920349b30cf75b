"""The record of the corpus, and the published shapes it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tinypt.corpus.encodings import western

END = "<END>"  # in nlpufg/brwac, between the paragraphs of a document
IDS, TITLES, URIS = ("doc_id", "docid", "id"), ("title",), ("uri", "url")
Row = dict[str, Any] | str  # of a file; a string is the reason why the row is unusable
LONGEST = 16_000_000  # characters of a text; cleaning takes seconds for a million of them at worst
NAMES = (*IDS, *TITLES, *URIS)  # fields read in addition to the text, from a row or its `meta`


@dataclass(frozen=True)
class Record:
    """A web document. In `text`, one newline separates paragraphs, and a space the sentences of a paragraph."""

    doc_id: str
    title: str
    uri: str
    text: str


def from_mapping(row: Mapping[str, Any], fallback_id: str, text_column: str) -> Record | str:
    """Make a record from a row in any published shape, or say why there is none.

    The reasons are no_text_field, empty_text, not_text, not_utf8 and too_long.

    Known shapes: text as a string, with doc_id, title and uri, or with id and meta (CrawlPT); text with <END> between
    paragraphs (nlpufg/brwac); text.paragraphs as a list of lists of sentences, or a list of {paragraphs: sentences}
    (two forms of the hub's former brWaC loader). A text may be bytes, as in Parquet files of Impala and Hive.
    """
    if text_column not in row:
        return "no_text_field"
    try:
        text = _flatten(row[text_column])
    except UnicodeDecodeError:
        return "not_utf8"
    except TypeError:
        return "not_text"
    if not text.strip():
        return "empty_text"
    if len(text) > LONGEST:
        return "too_long"
    meta = row.get("meta") if isinstance(row.get("meta"), Mapping) else {}
    return Record(_first(row, meta, IDS) or fallback_id, _first(row, meta, TITLES), _first(row, meta, URIS), text)


def _first(row: Mapping[str, Any], meta: Any, names: tuple[str, ...]) -> str:
    for place in (row, meta):
        for name in names:
            value = place.get(name)
            text = western(value) if isinstance(value, bytes) else value
            if text not in (None, "") and isinstance(text, str | int | float) and text == text:  # not NaN
                return str(text)
    return ""


def _flatten(text: Any) -> str:
    """A text as one string.

    Raises:
        TypeError: the value has none of the known shapes.
        UnicodeDecodeError: its bytes are not UTF-8.
    """
    if text is None:
        return ""
    if isinstance(text, bytes):
        text = text.decode()
    if isinstance(text, str):
        return "\n".join(filter(None, map(str.strip, text.split(END)))) if END in text else text
    paragraphs = (" ".join(_sentences(item)) for item in _paragraphs(text))
    return "\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs if paragraph)


def _paragraphs(value: Any) -> list[Any]:
    if isinstance(value, Mapping) and "paragraphs" in value:
        value = value["paragraphs"]
    if value is None or isinstance(value, str | bytes):
        return [value]
    if not isinstance(value, list):
        raise TypeError
    return value


def _sentences(paragraph: Any) -> list[str]:
    sentences = (text.decode() if isinstance(text, bytes) else text for text in _paragraphs(paragraph))
    kept = [sentence for sentence in sentences if sentence is not None]
    if not all(isinstance(sentence, str) for sentence in kept):
        raise TypeError
    return kept
