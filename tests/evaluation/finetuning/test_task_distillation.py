from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tinypt.evaluation.finetuning.task_distillation import (
    SoftLabels,
    read_soft_labels,
    transfer_texts,
    write_soft_labels,
)
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.runtime.errors import PipelineError


@pytest.fixture
def pairs() -> TaskData:
    """Thirty training pairs in two groups of shared sentences, and test pairs of the same sentences."""
    first = [f"frase {number % 10} {number // 15}" for number in range(30)]
    second = [f"frase {(number + 1) % 10} {number // 15}" for number in range(30)]
    labels = ["a", "b"] * 15
    train = Split([f"train-{row}" for row in range(30)], first, second, labels)
    test = Split([f"test-{row}" for row in range(30)], second, first[::-1], labels)
    return TaskData(train, test)


def test_training_texts_come_first_and_new_pairs_recombine_training_sentences(pairs: TaskData) -> None:
    texts = transfer_texts({"x": pairs}, 2.0, seed=1)
    assert texts.second is not None
    assert texts.first[:30] == pairs.train.first
    assert texts.second[:30] == pairs.train.second
    new = list(zip(texts.first, texts.second, strict=True))[30:]
    assert 10 < len(new) <= 60
    assert {pair[0] for pair in new} <= set(pairs.train.first)
    assert {pair[1] for pair in new} <= set(pairs.train.second)


def test_no_new_pair_is_in_the_test_split_or_repeated(pairs: TaskData) -> None:
    """In either order, because both orders are about the same two sentences."""
    texts = transfer_texts({"x": pairs}, 20.0, seed=1)  # more than exist, so every allowed pair is drawn
    assert texts.second is not None
    new = [frozenset(pair) for pair in zip(texts.first, texts.second, strict=True)][30:]
    test = {frozenset(pair) for pair in zip(pairs.test.first, pairs.test.second or [], strict=True)}
    train = {frozenset(pair) for pair in zip(pairs.train.first, pairs.train.second or [], strict=True)}
    assert not set(new) & (test | train)
    assert len(set(new)) == len(new)


def test_half_of_the_new_pairs_link_related_sentences(pairs: TaskData) -> None:
    texts = transfer_texts({"x": pairs}, 1.5, seed=1)
    assert texts.second is not None
    linked = [one[-1] == two[-1] for one, two in zip(texts.first[30:], texts.second[30:], strict=True)]
    assert 0.2 < np.mean(linked) < 0.95  # half of them, about half of the others by chance, minus those left out


def test_the_seed_draws_the_pairs(pairs: TaskData) -> None:
    first, same, other = (transfer_texts({"x": pairs}, 1.0, seed) for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_new_single_texts_begin_as_one_and_end_as_another(sentiment: TaskData) -> None:
    rows = len(sentiment.train)
    texts, same, other = (transfer_texts({"x": sentiment}, 2.0, seed) for seed in (1, 1, 2))
    new = texts.first[rows:]
    assert (texts.first[:rows], texts.second) == (sentiment.train.first, None)
    assert 5 < len(new) <= 2 * rows
    for text in new:
        words = text.split()
        assert any(
            any(known.startswith(" ".join(words[:cut]) + " ") for known in sentiment.train.first)
            and any(known.endswith(" " + " ".join(words[cut:])) for known in sentiment.train.first)
            for cut in range(1, len(words))
        )
    assert (texts == same, texts == other) == (True, False)


def test_no_new_single_text_is_in_a_split_or_repeated(sentiment: TaskData) -> None:
    texts = transfer_texts({"x": sentiment}, 500.0, seed=1).first  # more than exist, so every allowed text is drawn
    new = texts[len(sentiment.train) :]
    assert not set(new) & {*sentiment.train.first, *sentiment.test.first}
    assert len(set(new)) == len(new)


def test_texts_of_one_word_cannot_be_recombined(sentiment: TaskData) -> None:
    train = replace(sentiment.train, first=[f"palavra{row}" for row in range(len(sentiment.train))])
    assert transfer_texts({"x": replace(sentiment, train=train)}, 2.0, seed=1).first == train.first


def test_round_trip(pairs: TaskData, sentiment: TaskData, tmp_path: Path) -> None:
    for data, width in ((pairs, 2), (sentiment, 3)):
        texts = transfer_texts({"x": data}, 1.0, seed=1)
        soft_labels = SoftLabels(texts, {"x": np.random.default_rng(1).normal(size=(len(texts.first), width))})
        write_soft_labels(soft_labels, tmp_path / "x.parquet")
        found = read_soft_labels({"x": data}, tmp_path / "x.parquet")
        assert found.texts == texts
        assert np.array_equal(found.outputs["x"], soft_labels.outputs["x"])


def test_soft_labels_that_are_missing_or_for_other_texts_are_named(pairs: TaskData, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"no soft labels for x here; run `dvc repro soft_labels`"):
        read_soft_labels({"x": pairs}, tmp_path / "x.parquet")
    texts = transfer_texts({"x": pairs}, 0.0, seed=1)
    write_soft_labels(SoftLabels(texts, {"x": np.zeros((30, 2))}), tmp_path / "x.parquet")
    with pytest.raises(PipelineError, match="no soft labels for y here"):
        read_soft_labels({"y": pairs}, tmp_path / "x.parquet")
    other = replace(pairs, train=replace(pairs.train, first=pairs.train.first[::-1]))
    with pytest.raises(PipelineError, match="soft labels for other training texts"):
        read_soft_labels({"x": other}, tmp_path / "x.parquet")
