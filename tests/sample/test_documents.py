import re
import time
import unicodedata
from collections import Counter
from random import Random

import pytest

from tinypt.sample.documents import Document, write_document
from tinypt.sample.noise import five_grams


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [write_document(Random(f"documents/{index}")) for index in range(2000)]


def test_length_and_paragraphs(documents: list[Document]) -> None:
    words = [len(document.text.split()) for document in documents]
    assert 90 <= sum(words) / len(words) <= 150
    assert min(words) >= 60
    assert max(words) <= 300
    assert {document.text.count("\n") + 1 for document in documents} >= {2, 3, 4, 5, 6}


def test_text_is_in_normal_form(documents: list[Document]) -> None:
    for document in documents:
        for paragraph in document.text.split("\n"):
            assert paragraph == " ".join(paragraph.split())
            assert re.match(r'[A-ZÀ-Ú"]', paragraph)
            assert paragraph[-1] in ".!?"
        assert unicodedata.is_normalized("NFC", document.text)
        assert not re.search(r" [.,!?]|[.,][.,]|[(){}|<>_“”‘’]|https?:|www\.", document.text)
        assert document.title
        assert document.title[0].isupper()


def test_no_two_documents_are_similar(documents: list[Document]) -> None:
    """Similarities stay far below the threshold for duplicates."""
    where: dict[tuple[str, ...], list[int]] = {}
    grams = [five_grams(document.text) for document in documents]
    for index, own in enumerate(grams):
        shared = Counter(other for gram in own for other in where.get(gram, ()))
        for other, count in shared.items():
            assert count / (len(own) + len(grams[other]) - count) < 0.3
        for gram in own:
            where.setdefault(gram, []).append(index)


def test_no_paragraph_occurs_in_many_documents(documents: list[Document]) -> None:
    lines = Counter(line for document in documents for line in document.text.split("\n"))
    assert max(lines.values()) <= 3


def test_context_predicts_words(documents: list[Document]) -> None:
    """Topic and persons stay the same in a document: words repeat far more often within it than across documents."""
    texts = [{word for word in re.findall(r"\w{5,}", document.text)} for document in documents[:600]]
    first = [set(re.findall(r"\w{5,}", document.text.split("\n")[0])) for document in documents[:600]]
    rest = [set(re.findall(r"\w{5,}", " ".join(document.text.split("\n")[1:]))) for document in documents[:600]]
    own = sum(len(a & b) for a, b in zip(first, rest, strict=True))
    other = sum(len(a & b) for a, b in zip(first, rest[1:] + rest[:1], strict=True))
    assert own > 3 * other
    assert len(set().union(*texts)) > 2000


def test_generation_is_fast() -> None:
    start = time.process_time()
    for index in range(300):
        write_document(Random(f"speed/{index}"))
    assert 300 / (time.process_time() - start) > 1500
