import re
from collections import Counter
from random import Random

from tinypt.sample.english import english_texts
from tinypt.sample.spanish import spanish_document


def test_english_texts_are_distinct_and_repeatable() -> None:
    texts = list(english_texts(400, seed=3))
    assert len(set(texts)) == 400
    assert list(english_texts(100, seed=3)) == texts[:100]
    assert not set(english_texts(100, seed=4)) & set(texts)


def test_english_has_english_function_words() -> None:
    counts = Counter(word for text in english_texts(300, seed=3) for word in re.findall(r"\w+", text.lower()))
    assert {"the", "and", "of", "a", "to", "in"} <= {word for word, _ in counts.most_common(12)}
    assert len(counts) > 400
    for text in english_texts(300, seed=3):
        assert text.isascii()
        assert not re.search(r"[{}()|]|  | [.,]|\ba [aeiou]", text)


def test_spanish_has_spanish_function_words() -> None:
    for seed in range(50):
        text = spanish_document(Random(seed))
        assert {"y", "la", "el", "en"} & set(text.lower().split())
        assert not re.search(r"[{}()|]|  | de el | a el ", text)
