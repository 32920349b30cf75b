"""The record of the corpus, and the published shapes it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

END = "<END>"  # in nlpufg/brwac, between the paragraphs of a document


@dataclass(frozen=True)
class Record:
    """A web document. In `text`, one newline separates paragraphs, and a space the sentences of a paragraph."""

    doc_id: str
    title: str
    uri: str
    text: str


def from_mapping(row: Mapping[str, Any], fallback_id: str, text_column: str) -> Record | None:
    """Make a record from a row in any published shape; None if it has no text.

    Known shapes: text as a string, with doc_id, title and uri, or with id and meta (CrawlPT); text with <END> between
    paragraphs (nlpufg/brwac); text.paragraphs as a list of lists of sentences, or a list of {paragraphs: sentences}
    (two forms of the hub's former brWaC loader).
    """
    text = _flatten(row.get(text_column))
    if not text.strip():
        return None
    meta = row.get("meta") if isinstance(row.get("meta"), Mapping) else {}
    id = _first(row, meta, "doc_id", "docid", "id")
    return Record(id or fallback_id, _first(row, meta, "title"), _first(row, meta, "uri", "url"), text)


def _first(row: Mapping[str, Any], meta: Any, *names: str) -> str:
    for place in (row, meta):
        for name in names:
            if place.get(name) not in (None, ""):
                return str(place[name])
    return ""


def _flatten(text: Any) -> str:
    if isinstance(text, str):
        return "\n".join(filter(None, map(str.strip, text.split(END)))) if END in text else text
    if isinstance(text, Mapping):
        text = text.get("paragraphs")
    if not isinstance(text, list):
        return ""
    paragraphs = (" ".join(_sentences(item)) for item in text)
    return "\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs if paragraph)


def _sentences(paragraph: Any) -> list[str]:
    if isinstance(paragraph, Mapping):
        paragraph = paragraph.get("paragraphs")
    sentences = paragraph if isinstance(paragraph, list) else [paragraph]
    return [sentence for sentence in sentences if isinstance(sentence, str)]
