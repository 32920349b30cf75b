"""The measurement of near duplicates: its exact similarities, and the counts against them."""

import json
import sys
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest

from bench import near_duplicates
from bench.near_duplicates import Pairs, all_pairs, compare, planted, read_texts, stretches
from tinypt.sample.noise import jaccard


def made(count: int, seed: int = 1) -> list[str]:
    """Texts of 60 words; every third one is a copy of the one before with one or two words replaced."""
    rng = Random(seed)
    texts: list[str] = []
    for place in range(count):
        words = [f"p{rng.randrange(5000)}" for _ in range(60)]
        if place % 3 == 2:
            words = texts[-1].split(" ")
            for at in rng.sample(range(60), rng.randrange(1, 3)):
                words[at] = "outra"
        texts.append(" ".join(words))
    return texts


def test_all_pairs_are_those_of_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "BLOCK", 7)
    texts = [*made(20), "Um DOIS, três quatro cinco! " * 9, "um dois três quatro cinco " * 6]
    pairs = all_pairs(texts, 0.3)
    found = dict(zip(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), pairs.jaccard, strict=True))
    truth = {
        (first, second): near_duplicates._jaccard(texts[first], texts[second])
        for first, second in combinations(range(len(texts)), 2)
    }
    assert found == pytest.approx({pair: value for pair, value in truth.items() if value >= 0.3})
    assert found[20, 21] == 1.0  # case, punctuation and frequency are ignored
    assert truth[1, 2] == pytest.approx(jaccard(texts[1], texts[2]))


def test_pairs_are_counted_by_cluster_and_band() -> None:
    # 0, 1 and 2 form a cluster though 0 and 2 are below the threshold; 3 and 4 are similar but were missed.
    pairs = Pairs(np.array([0, 1, 0, 3]), np.array([1, 2, 2, 4]), np.array([0.9, 0.76, 0.65, 0.8]))
    numbers = compare(pairs, np.array([0, 0, 0, 3, 4]))
    assert numbers["true_pairs"] == 3
    assert numbers["pairs_in_clusters"] == 3
    assert numbers["dropped"] == 2
    assert numbers["precision"] == numbers["recall"] == 0.6667
    assert numbers["precision_dropped"] == 1.0
    assert (numbers["pairs_0.9_1.0"], numbers["found_0.9_1.0"]) == (1, 1.0)
    assert (numbers["pairs_0.8_0.9"], numbers["found_0.8_0.9"]) == (1, 0.0)
    assert (numbers["pairs_0.7_0.75"], numbers["found_0.7_0.75"]) == (0, None)


def test_planted_copies_spread_over_the_bands() -> None:
    texts = made(150)
    numbers = planted(texts, all_pairs(texts, 0.6), 50)
    assert sum(value or 0 for name, value in numbers.items() if name.startswith("pairs_")) >= 40
    assert numbers["found_0.9_1.0"] == 1.0


def test_documents_are_drawn_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "STRETCH", 4)
    texts = [str(number) for number in range(20)]
    assert stretches(texts, 7) == ["0", "1", "2", "10", "11", "12", "13"]
    assert stretches(texts, 20) == stretches(texts, 99) == texts


def test_the_benchmark_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.dumps({"text": text}) for text in [*made(60), "curto demais"]]
    (tmp_path / "texts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "README.md").write_text("files of other kinds are ignored")
    assert len(read_texts(tmp_path)) == 60
    monkeypatch.setattr(sys, "argv", ["bench", "--text", str(tmp_path), "--documents", "50"])
    near_duplicates.main()
    numbers = json.loads(capsys.readouterr().out.strip().split("\n")[-1])
    assert numbers["documents"] == 50
    assert 0 < numbers["true_pairs"] < near_duplicates.ENOUGH
    assert numbers["precision"] >= 0.8
    assert numbers["recall"] >= 0.8
    assert numbers["planted_true_pairs"] > 0
