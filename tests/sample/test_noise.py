"""Each kind of noise has its properties, and repairing it restores the text."""

import html
import re
from random import Random

import ftfy
import pytest

from tinypt.sample import noise
from tinypt.sample.documents import write_document
from tinypt.sample.noise_lines import BOILERPLATE

CASES = [(write_document(Random(f"noise/{index}")).text, Random(index)) for index in range(300)]


def normal(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\xa0", " ").split("\n"))
    return "\n".join(line for line in lines if line)


def test_removing_tags_and_hidden_elements_restores_the_text() -> None:
    for text, rng in CASES:
        noisy = noise.markup(text, rng)
        assert re.search("<[a-zA-Z!]", noisy)
        without = re.sub(r"(?is)<(script|style|noscript|nav|iframe)\b.*?</\1>|<!--.*?-->", "", noisy)
        without = re.sub(r"(?i)</?(p|div|br)\b[^>]*>", "\n", without)
        assert normal(re.sub(r"<[^>]+>", "", without)) == text


def test_entities_unescape_to_the_text() -> None:
    for text, rng in CASES:
        noisy = noise.entities(text, rng)
        assert re.search(r"&#?\w+;", noisy)
        assert html.unescape(noisy).replace("\xa0", " ") == text


def test_urls_are_tokens_or_lines() -> None:
    for text, rng in CASES:
        noisy = noise.urls(text, rng)
        assert noisy != text
        without = re.sub(r"(?<!\S)(https?://|www\.|[\w.-]+\.(br|com|net)/)\S*", "", noisy)
        assert normal(without) == text


@pytest.mark.parametrize("kind", ["metadata", "boilerplate"])
def test_noise_lines_are_between_paragraphs(kind: str) -> None:
    for text, rng in CASES:
        paragraphs = text.split("\n")
        noisy = getattr(noise, kind)(text, rng).split("\n")
        added = [line for line in noisy if line not in paragraphs]
        assert 1 <= len(added) <= 4
        assert [line for line in noisy if line in paragraphs] == paragraphs
        assert all(len(line.split()) <= 14 and not line.endswith(".") for line in added)
        assert kind == "metadata" or set(added) <= set(BOILERPLATE)


def test_ftfy_repairs_mojibake() -> None:
    for text, rng in CASES:
        noisy = noise.mojibake(text, rng)
        assert noisy != text
        assert ftfy.fix_text(noisy) == text
        assert ftfy.fix_text(text) == text


def test_repetition_is_most_of_the_text() -> None:
    for text, rng in CASES:
        words = noise.repetition(text, rng).split()
        trigrams = list(zip(words, words[1:], words[2:], strict=False))
        assert len(set(trigrams)) < len(trigrams) / 2


def test_too_short_is_a_fragment() -> None:
    for text, rng in CASES:
        assert 3 <= len(noise.too_short(text, rng).split()) <= 10


def test_exact_duplicates_differ_only_in_case_and_white_space() -> None:
    forms = set()
    for text, rng in CASES:
        copy = noise.exact_duplicate(text, rng)
        assert copy.lower().split() == text.lower().split()
        forms.add((copy == text, copy.lower() == text.lower()))
    assert forms == {(True, True), (False, True), (False, False)}


def test_near_duplicates_stay_similar() -> None:
    for text, rng in CASES:
        copy = noise.near_duplicate(text, '"Deu tudo certo", disse ela.', rng)
        assert copy != text
        assert noise.jaccard(copy, text) >= noise.NEAR_DUPLICATE
