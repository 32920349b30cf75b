"""Sentences, real ones where real data is at hand."""

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tinypt.corpus.files import expand, read_file
from tinypt.sample.documents import write_document
from tinypt.sentences.cut import cut_sentences

SENTENCES = 10_000
EACH = 60  # documents of each real file


@pytest.fixture(scope="session")
def real_sentences(real_data: Path) -> list[str]:
    """Ten thousand sentences, taken evenly from documents of all real files, as they are: long, noisy, with markup."""
    texts = [
        record.text
        for file in expand((real_data / "corpus/*.jsonl.zst",))
        for record in islice(read_file(file, "text", Counter()), EACH)
    ]
    sentences = [sentence for text in texts for sentence in cut_sentences(text)]
    assert len(sentences) >= SENTENCES
    return sentences[:: len(sentences) // SENTENCES][:SENTENCES]


@pytest.fixture(scope="session")
def sentences(request: pytest.FixtureRequest) -> list[str]:
    """Sentences of 5 to 25 words and up to 250 characters: real ones, or without TINYPT_REAL_DATA the sample's."""
    if os.environ.get("TINYPT_REAL_DATA"):
        found = request.getfixturevalue("real_sentences")
    else:
        texts = [write_document(Random(seed)).text for seed in range(50)]
        found = [sentence for text in texts for sentence in cut_sentences(text)]
    return [sentence for sentence in found if 5 <= len(sentence.split()) <= 25 and len(sentence) <= 250]
