from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tinypt.measures.statistics import INDEX_WORDS, measure
from tinypt.sample.documents import write_document
from tinypt.selection.duplicates import cluster, similarity

VOCABULARY = sorted({word for seed in range(60) for word in write_document(Random(seed)).text.split()})


def _text(words: int, rng: Random) -> str:
    return " ".join(rng.choices(VOCABULARY, k=words))


def _changed(text: str, rate: float, rng: Random) -> str:
    return " ".join(rng.choice(VOCABULARY) if rng.random() < rate else word for word in text.split())


def _words(random_: Random, count: int) -> list[str]:
    return [f"p{random_.randrange(3000)}" for _ in range(count)]


def _index(texts: list[str]) -> NDArray[np.uint64]:
    return measure(pa.array(texts, pa.string()))[1]


def _roots(texts: list[str], threshold: float = 0.7) -> tuple[list[int], list[int]]:
    clusters = cluster(_index(texts), threshold)
    return clusters.exact.tolist(), clusters.near.tolist()


def test_case_and_white_space_do_not_make_a_text_new() -> None:
    _, index = measure(pa.array(["Um  dois\n\ntrês ", "um dois três", "um dois tres"]))
    hashes = index[:, :2].tolist()
    assert hashes[0] == hashes[1] != hashes[2]


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


def test_texts_below_the_threshold_are_not_duplicates() -> None:
    rng = Random(4)
    text = _text(400, rng)
    similar = " ".join(text.split()[:360]) + " " + _text(40, rng)  # 0.82
    assert _roots([text, similar], threshold=0.92)[1] == [0, 1]
    assert _roots([text, similar], threshold=0.7)[1] == [0, 0]


def test_all_documents_of_a_cluster_have_its_size() -> None:
    rng = Random(6)
    text, other = _text(100, rng), _text(100, rng)
    clusters = cluster(_index([other, text, text + " fim", text.upper(), "só"]), 0.7)
    assert clusters.sizes.tolist() == [1, 3, 3, 3, 1]


def test_clusters_are_those_of_comparing_every_pair() -> None:
    rng = Random(7)
    texts = [_text(rng.randint(30, 200), rng) for _ in range(80)]
    texts += [_changed(text, rate, rng) for text in texts for rate in (0.0, 0.01, 0.02)]
    rng.shuffle(texts)
    index = _index(texts)
    roots = list(range(len(texts)))
    for later in range(len(texts)):  # a text joins the smallest of the clusters it is like
        alike = similarity(index[:later], index[[later] * later]) >= 0.8
        joined = {roots[later], *(roots[place] for place in np.flatnonzero(alike))}
        roots = [min(joined) if root in joined else root for root in roots]
    found = cluster(index, 0.8).near.tolist()
    assert sum(root != expected for root, expected in zip(found, roots, strict=True)) <= 2  # pairs that share no band
    assert 80 <= len(set(roots)) <= 160


def test_a_memory_mapped_index_is_not_changed(tmp_path: Path) -> None:
    rng = Random(8)
    text = _text(100, rng)
    np.save(tmp_path / "index.npy", _index([text, _text(100, rng), text]))
    index = np.load(tmp_path / "index.npy", mmap_mode="r")
    assert cluster(index, 0.8).exact.tolist() == [0, 1, 0]


def test_hashes_with_one_equal_half_differ() -> None:
    index = np.random.default_rng(0).integers(0, 2**64, (4, INDEX_WORDS), dtype=np.uint64)
    index[2, :2] = index[0, 0], 5
    index[3, :2] = index[0, 0], index[0, 1]
    clusters = cluster(index, 0.8)
    assert clusters.exact.tolist() == clusters.near.tolist() == [0, 1, 2, 0]


def test_an_empty_index() -> None:
    clusters = cluster(np.empty((0, INDEX_WORDS), dtype=np.uint64), 0.8)
    assert len(clusters.exact) == len(clusters.near) == len(clusters.sizes) == 0
