import random

import numpy as np
import pytest

from tinypt.cleaning.duplicates import BINS, normalised_hash, roots, signature
from tinypt.corpus.sample.noise import jaccard


def _words(random_: random.Random, count: int) -> list[str]:
    return [f"p{random_.randrange(3000)}" for _ in range(count)]


def _roots(texts: list[str], threshold: float = 0.7) -> tuple[list[int], list[int]]:
    exact, near = roots(
        [normalised_hash(text) for text in texts], np.stack([signature(text) for text in texts]), threshold
    )
    return exact.tolist(), near.tolist()


def test_case_and_white_space_do_not_make_a_text_new() -> None:
    assert normalised_hash("Um  dois\n\ntrês ") == normalised_hash("um dois três") != normalised_hash("um dois tres")


def test_the_estimate_of_jaccard_is_accurate_and_unbiased() -> None:
    """RMSE at most 0.035 wanted at 128 bins; theory gives sqrt(J (1 - J) / bins) at each J."""
    generator = random.Random(0)
    errors = []
    for _ in range(150):
        count = generator.randint(60, 400)
        base = _words(generator, count)
        changed = [word if generator.random() > 0.04 else "novo" for word in base]
        first, second = " ".join(base), " ".join(changed)
        errors.append((signature(first) == signature(second)).mean() - jaccard(first, second))
    assert np.sqrt(np.mean(np.square(errors))) < 0.045
    assert abs(np.mean(errors)) < 0.01


def test_signatures_do_not_change_from_version_to_version() -> None:
    found = signature("A menina comeu a maçã na cozinha da avó.")
    assert found.dtype == np.uint32
    assert found.shape == (BINS,)
    assert found[:3].tolist() == signature("a MENINA comeu a maçã, na cozinha da avó")[:3].tolist()


def test_the_smallest_row_is_the_root_whatever_the_order() -> None:
    generator = random.Random(1)
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
    generator = random.Random(2)
    texts = [" ".join(_words(generator, 80)) for _ in range(60)]
    assert _roots(texts)[1] == list(range(60))


@pytest.mark.parametrize("text", ["", "uma", "uma duas três"])
def test_short_texts_have_a_signature(text: str) -> None:
    assert signature(text).shape == (BINS,)
