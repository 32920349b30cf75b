"""The sample corpus: generated Portuguese documents, a known share of them with one kind of web noise."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from random import Random

from tinypt.params.corpus import NoiseRates
from tinypt.runtime.errors import PipelineError
from tinypt.sample import noise as inject
from tinypt.sample.documents import Document, write_document
from tinypt.sample.english import english_document
from tinypt.sample.spanish import spanish_document
from tinypt.sample.templates import words

_TOO_LONG = 6000  # words, about fifty documents
_HOSTS = words("jornaldaserra.com.br portaldovale.com.br folhadointerior.com.br revistadaqui.com.br blogdaterra.com.br")


@dataclass(frozen=True)
class SampleRecord:
    """A raw document with its labels.

    `noise` holds the injected kinds, at most one. `original` is the output of a perfect cleaner: `text` itself without
    noise, the text before injection for noise to repair, and empty for a document to drop (see tinypt.sample.noise).
    """

    doc_id: str
    title: str
    uri: str
    text: str
    noise: tuple[str, ...]
    original: str


def sample_records(documents: int, noise: NoiseRates, seed: int) -> Iterator[SampleRecord]:
    """Yield `documents` records in order, including duplicates and noisy ones. Each depends on the seed and its index.

    The number of documents with each kind of noise is exactly the rounded share. The seed decides which ones.

    Raises:
        PipelineError: the rounded shares leave no clean document.
    """
    kinds = assign_noise(documents, noise, seed)
    clean = [index for index in range(documents) if index not in kinds]
    for index in range(documents):
        kind = kinds.get(index)
        rng = Random(f"{seed}/noise/{index}")
        source = index
        if kind in ("exact_duplicates", "near_duplicates"):
            source = clean[rng.randrange(bisect_left(clean, index))]
        document = write_document(Random(f"{seed}/{source}"))
        text = _noisy(document, kind, rng)
        original = document.text if kind is None or kind in inject.REPAIRED else ""
        yield SampleRecord(
            f"smpl-{index:06x}", document.title, _uri(document, index), text, (kind,) if kind else (), original
        )


def assign_noise(documents: int, noise: NoiseRates, seed: int) -> dict[int, str]:
    """The kind of noise by document index. The first document is always clean, so that duplicates have a source.

    Raises:
        PipelineError: the rounded shares leave no clean document.
    """
    kinds = [kind for kind, rate in asdict(noise).items() for _ in range(int(rate * documents + 0.5))]
    if len(kinds) >= documents:
        raise PipelineError(f"corpus.noise: the shares, rounded, leave none of {documents} documents clean; lower them")
    return dict(zip(Random(f"{seed}/kinds").sample(range(1, documents), len(kinds)), kinds, strict=True))


_INJECTORS: dict[str, Callable[[str, Random], str]] = {
    "markup": inject.markup,
    "entities": inject.entities,
    "urls": inject.urls,
    "metadata": inject.metadata,
    "mojibake": inject.mojibake,
    "boilerplate": inject.boilerplate,
    "repetition": inject.repetition,
    "too_short": inject.too_short,
    "exact_duplicates": inject.exact_duplicate,
}


def _noisy(document: Document, kind: str | None, rng: Random) -> str:
    if kind is None:
        return document.text
    if kind == "foreign":
        return rng.choice((english_document, spanish_document))(rng)
    if kind == "too_long":
        texts, length = [document.text], 0
        while length < _TOO_LONG:
            texts.append(write_document(rng).text)
            length += len(texts[-1].split())
        return "\n".join(texts)
    if kind == "near_duplicates":
        addition = min(write_document(rng).text.replace("\n", " ").split(". "), key=len).rstrip(".") + "."
        return inject.near_duplicate(document.text, addition, rng)
    return _INJECTORS[kind](document.text, rng)


def _uri(document: Document, index: int) -> str:
    title = unicodedata.normalize("NFD", document.title.lower())
    letters = (letter if letter.isalnum() else " " for letter in title if not unicodedata.combining(letter))
    host = _HOSTS[index % len(_HOSTS)]
    return f"http://www.{host}/{document.topic}/{'-'.join(''.join(letters).split()[:8])}-{index}.html"
