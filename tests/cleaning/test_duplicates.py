from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from tinypt.cleaning.duplicates import BINS, normalised_hash, roots, signature
from tinypt.corpus.sample.documents import write_document
from tinypt.corpus.sample.noise import jaccard

VOCABULARY = sorted({word for seed in range(60) for word in write_document(Random(seed)).text.split()})


def _text(words: int, rng: Random) -> str:
    return " ".join(rng.choices(VOCABULARY, k=words))


def _changed(text: str, rate: float, rng: Random) -> str:
    return " ".join(rng.choice(VOCABULARY) if rng.random() < rate else word for word in text.split())


def _words(random_: Random, count: int) -> list[str]:
    return [f"p{random_.randrange(3000)}" for _ in range(count)]


def _roots(texts: list[str], threshold: float = 0.7) -> tuple[list[int], list[int]]:
    hashes = np.stack([np.frombuffer(normalised_hash(text), dtype=np.uint32) for text in texts])
    exact, near = roots(hashes, np.stack([signature(text) for text in texts]), threshold)
    return exact.tolist(), near.tolist()


def test_case_and_white_space_do_not_make_a_text_new() -> None:
    assert normalised_hash("Um  dois\n\ntrês ") == normalised_hash("um dois três") != normalised_hash("um dois tres")


def test_similarity_is_estimated_well() -> None:
    rng = Random(0)
    errors, expected = [], []
    for _ in range(600):
        text = _text(int(30 * 50 ** rng.random()), rng)  # 30 to 1,500 words, short ones as often as long ones
        other = _changed(text, rng.choice((0.005, 0.01, 0.02, 0.04, 0.08)), rng)
        true = jaccard(text, other)
        errors.append(float((signature(text) == signature(other)).mean()) - true)
        expected.append(true * (1 - true) / 126)  # variance of a mean of 126 independent bins
    error = float(np.sqrt(np.mean(np.square(errors))))
    assert error <= 0.035
    assert error <= 1.08 * float(np.sqrt(np.mean(expected)))
    assert abs(np.mean(errors)) <= 0.005


def test_signatures_do_not_change_from_version_to_version() -> None:
    found = signature("A menina comeu a maçã na cozinha da avó.")
    assert found.dtype == np.uint32
    assert found.shape == (BINS,)
    assert found[:3].tolist() == signature("a MENINA comeu a maçã, na cozinha da avó")[:3].tolist()


def test_the_smallest_row_is_the_root_whatever_the_order() -> None:
    generator = Random(1)
    base = _words(generator, 200)
    near = [*base[:100], "troca", *base[101:]]
    other = _words(generator, 200)
    texts = [" ".join(other), " ".join(base), " ".join(near), " ".join(base).upper(), " ".join(other) + " fim"]
    exact, found = _roots(texts)
    assert exact == [0, 1, 2, 1, 4]
    assert found == [0, 1, 1, 1, 0]
    exact, found = _roots(texts[::-1])
    assert found == [0, 1, 1, 1, 0]


def test_unlike_texts_stay_apart() -> None:
    generator = Random(2)
    texts = [" ".join(_words(generator, 80)) for _ in range(60)]
    assert _roots(texts)[1] == list(range(60))


@pytest.mark.parametrize("text", ["", "uma", "uma duas três"])
def test_short_texts_have_a_signature(text: str) -> None:
    assert signature(text).shape == (BINS,)


def test_signatures_are_the_same_in_every_process_and_release() -> None:
    first = signature("O rato roeu a roupa do rei de Roma e a rainha riu.")
    assert first.dtype == np.uint32
    assert first.shape == (126,)
    assert first[:3].tolist() == [304375529, 396583733, 204278636]


def _clusters(order: NDArray[np.int64], labels: list[int]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for place, label in zip(order.tolist(), labels, strict=True):
        groups.setdefault(label, set()).add(place)
    return set(map(frozenset, groups.values()))


def test_duplicates_are_found_whatever_the_order() -> None:
    rng = Random(2)
    sources = [_text(rng.randint(40, 300), rng) for _ in range(150)]
    texts = sources + [_changed(text, 0.01, rng) for text in sources[:60]] + sources[:20]
    expected = _clusters(np.arange(len(texts)), _roots(texts)[1])
    pairs = sum(1 for group in expected if len(group) > 1)
    assert pairs >= 58
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(texts))
        near = _roots([texts[place] for place in order])[1]
        assert all(root <= place for place, root in enumerate(near))
        assert _clusters(order, near) == expected


def test_a_chain_of_copies_is_one_cluster() -> None:
    rng = Random(3)
    chain = [_text(200, rng)]
    for _ in range(6):
        words = chain[-1].split()
        words[rng.randrange(len(words))] = "outra"
        chain.append(" ".join(words))
    assert set(_roots(chain)[1]) == {0}


def test_texts_below_the_threshold_are_no_duplicates() -> None:
    rng = Random(4)
    text = _text(400, rng)
    similar = " ".join(text.split()[:360]) + " " + _text(40, rng)  # 0.82
    assert _roots([text, similar], threshold=0.92)[1] == [0, 1]
    assert _roots([text, similar], threshold=0.7)[1] == [0, 0]


def test_nothing_at_all() -> None:
    exact, near = roots(np.empty((0, 4), dtype=np.uint32), np.empty((0, 126), dtype=np.uint32), 0.8)
    assert len(exact) == len(near) == 0
