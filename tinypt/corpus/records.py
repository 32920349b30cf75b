"""The record of the corpus, and the published shapes it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

END = "<END>"  # in nlpufg/brwac, between the paragraphs of a document
IDS, TITLES, URIS = ("doc_id", "docid", "id"), ("title",), ("uri", "url")
NAMES = (*IDS, *TITLES, *URIS)  # fields read in addition to the text, from a row or its `meta`


@dataclass(frozen=True)
class Record:
    """A web document. In `text`, one newline separates paragraphs, and a space the sentences of a paragraph."""

    doc_id: str
    title: str
    uri: str
    text: str


def from_mapping(row: Mapping[str, Any], fallback_id: str, text_column: str) -> Record | str:
    """Make a record from a row in any published shape, or say why there is none: empty_text, not_text or not_utf8.

    Known shapes: text as a string, with doc_id, title and uri, or with id and meta (CrawlPT); text with <END> between
    paragraphs (nlpufg/brwac); text.paragraphs as a list of lists of sentences, or a list of {paragraphs: sentences}
    (two forms of the hub's former brWaC loader). A text may be bytes, as in Parquet files of Impala and Hive.
    """
    try:
        text = _flatten(row.get(text_column))
    except UnicodeDecodeError:
        return "not_utf8"
    except TypeError:
        return "not_text"
    if not text.strip():
        return "empty_text"
    meta = row.get("meta") if isinstance(row.get("meta"), Mapping) else {}
    return Record(_first(row, meta, IDS) or fallback_id, _first(row, meta, TITLES), _first(row, meta, URIS), text)


def _first(row: Mapping[str, Any], meta: Any, names: tuple[str, ...]) -> str:
    for place in (row, meta):
        for name in names:
            value = place.get(name)
            if value not in (None, "", b""):
                return value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)
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
    if value is None or isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise TypeError
    return value


def _sentences(paragraph: Any) -> list[str]:
    return [sentence for sentence in _paragraphs(paragraph) if isinstance(sentence, str)]
