from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import TEXTS
from tinypt.corpus.shards import read_shards
from tinypt.executors import LOCAL
from tinypt.params.sentences import Sentences
from tinypt.runtime.errors import PipelineError
from tinypt.sentences.choose import Choice, choose, keys_of
from tinypt.sentences.cut import cut_sentences, sentence_key

ALL = Sentences(100, 1, 100, {})
EVERY = [sentence for text in TEXTS[:5] for sentence in cut_sentences(text)]


def _choose(documents: Path, options: Sentences = ALL, seed: int = 1, **given: Any) -> Choice:
    task_texts, excluded = given.get("task_texts", {}), given.get("excluded", frozenset())
    work = documents.parent / given.get("work", f"work-{options.number}-{seed}")
    return choose(documents, task_texts, excluded, options, seed, work, 1, LOCAL)


def _sentences(choice: Choice) -> list[str]:
    return [choice.texts[row] for row in choice.rows]


def test_every_sentence_is_chosen_once_if_the_number_allows(documents: Path) -> None:
    choice = _choose(documents)
    assert sorted(_sentences(choice)) == sorted(EVERY)  # neither twice nor in capitals
    assert choice.counts == {
        "cut": len(EVERY) + 1,
        "candidates": len(EVERY) + 1,
        "test_texts_left_out": 0,
        "corpus_sentences": len(EVERY),
        "task_sentences": 0,
    }


def test_a_smaller_number_takes_a_part_of_the_same_sample(documents: Path) -> None:
    samples = [set(_choose(documents, Sentences(number, 1, 100, {})).texts) for number in (2, 4, 100)]
    assert samples[0] < samples[1] < samples[2]
    assert list(map(len, samples)) == [2, 4, len(EVERY)]


def test_the_seed_changes_the_sample_and_the_order(documents: Path) -> None:
    few = Sentences(3, 1, 100, {})
    assert len({frozenset(_choose(documents, few, seed).texts) for seed in range(6)}) > 3
    assert len({tuple(_sentences(_choose(documents, ALL, seed))) for seed in range(6)}) == 6


def test_the_order_is_not_that_of_the_sample(documents: Path) -> None:
    """The ranks that select sentences must not order them too: task texts, which have no rank, would stand apart."""
    ranked = _choose(documents).texts
    assert _sentences(_choose(documents, work="again")) != ranked


def test_lengths_are_inclusive_bounds(documents: Path) -> None:
    lengths = sorted(len(sentence.split()) for sentence in EVERY)
    low, high = lengths[1], lengths[-2]
    choice = _choose(documents, Sentences(100, low, high, {}))
    found = [len(text.split()) for text in choice.texts]
    assert min(found) == low
    assert max(found) == high
    assert choice.counts["cut"] > choice.counts["candidates"]


def test_no_text_of_a_test_split_is_chosen(documents: Path) -> None:
    """Neither a sentence of the corpus nor a training text of a task, whatever its case, accents and punctuation."""
    test = [EVERY[0].upper(), "Um cao dorme", f"{EVERY[2]} Outra frase."]
    choice = _choose(
        documents,
        Sentences(100, 1, 100, {"t": 2}),
        task_texts={"t": ["Um cão dorme!", "Um gato."]},
        excluded=keys_of(test),
    )
    excluded = {sentence_key(EVERY[0]), sentence_key(EVERY[2]), "umcaodorme"}
    assert not excluded & set(map(sentence_key, choice.texts))
    assert {sentence_key(text) for text in EVERY} - set(map(sentence_key, choice.texts)) <= excluded
    assert choice.counts["test_texts_left_out"] == 4  # one of them stands in the corpus twice
    assert choice.counts["task_sentences"] == 2


def test_task_texts_come_whole_and_as_often_as_asked(documents: Path) -> None:
    texts = {"a": ["Duas frases. Um texto.", "duas frases, um texto"], "b": ["Só uma."]}
    choice = _choose(documents, Sentences(3, 1, 100, {"a": 3, "b": 2}), task_texts=texts)
    counts = Counter(map(sentence_key, _sentences(choice)))
    assert counts["duasfrasesumtexto"] == 3
    assert counts["souma"] == 2
    assert len(choice.texts) == 3 + 2
    assert choice.counts["task_sentences"] == 5


def test_copies_are_mixed_in(documents: Path) -> None:
    texts = {"a": [f"Texto {number}." for number in range(40)]}
    options = Sentences(100, 1, 100, {"a": 3})
    orders = [_choose(documents, options, seed, task_texts=texts).rows for seed in range(12)]
    places = np.concatenate([np.flatnonzero(rows < len(EVERY)) / len(rows) for rows in orders])  # of the corpus's
    assert places.mean() == pytest.approx(0.5, abs=0.1)
    assert places.std() == pytest.approx(12**-0.5, abs=0.08)  # uniform


def test_finished_shards_are_not_read_again(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _choose(documents)
    (documents.parent / "work-100-1" / "shard-00001.json").unlink()  # as if killed before this shard was finished
    read: list[str] = []
    batches = list(read_shards(documents, ["text"]))
    monkeypatch.setattr(
        "tinypt.sentences.choose.read_shard", lambda shard, columns: read.append(shard.name) or [batches[1]]
    )
    again = _choose(documents)
    assert read == ["shard-00001.parquet"]
    assert again.texts == first.texts
    assert again.counts == first.counts


def test_bounds_that_leave_nothing_are_refused(documents: Path) -> None:
    with pytest.raises(PipelineError, match=r"no sentence of 90 to 99 words; change sentences\.min_words"):
        _choose(documents, Sentences(5, 90, 99, {}))
