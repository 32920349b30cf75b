from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinypt.evaluation.finetuning.folds import grouped_folds, sentence_groups
from tinypt.evaluation.tasks.official import read_assin2
from tinypt.evaluation.tasks.table import Split
from tinypt.runtime.errors import PipelineError

Pairs = list[tuple[int, int]]
PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=30)


def split(pairs: Pairs) -> Split:
    first, second = ([f"texto {number}" for number in side] for side in zip(*pairs, strict=True))
    return Split([str(row) for row in range(len(pairs))], list(first), list(second), [1.0] * len(pairs))


def plain_groups(pairs: Pairs) -> list[int]:
    """A naive reference: the lowest row number spreads along shared sentences until nothing changes."""
    groups = list(range(len(pairs)))
    for _ in pairs:
        for row, pair in enumerate(pairs):
            groups[row] = min(groups[other] for other, texts in enumerate(pairs) if {*pair} & {*texts})
    return groups


@settings(max_examples=30, deadline=None)
@given(PAIRS)
def test_shared_sentences_link_rows_into_groups(pairs: Pairs) -> None:
    found, expected = sentence_groups(split(pairs)), plain_groups(pairs)
    assert [[a == b for b in found] for a in found] == [[a == b for b in expected] for a in expected]


def test_case_and_white_space_are_ignored() -> None:
    single = Split(["1", "2", "3"], ["O  gato.", "o gato.", "O gato"], None, ["a", "b", "a"])
    groups = sentence_groups(single)
    assert groups[0] == groups[1] != groups[2]


@settings(max_examples=30, deadline=None)
@given(PAIRS, st.integers(2, 3), st.none() | st.integers(4, 30), st.integers(0, 3))
def test_folds_share_no_sentence_and_score_each_row_once(pairs: Pairs, folds: int, rows: int | None, seed: int) -> None:
    try:
        found = grouped_folds(split(pairs), folds, rows, seed)
    except PipelineError:
        assert rows is not None or len(set(plain_groups(pairs))) < folds
        return
    assert len(found) == folds
    scored = [int(row) for _, held_out in found for row in held_out]
    assert len(scored) == len(set(scored)) >= min(rows or len(pairs), len(pairs))
    for train, held_out in found:
        assert sorted([*train, *held_out]) == sorted(scored)
        sentences = [{text for row in part for text in pairs[row]} for part in (train, held_out)]
        assert not sentences[0] & sentences[1]


def test_the_seed_draws_the_rows() -> None:
    many = split([(row, row) for row in range(40)])
    first, same, other = (grouped_folds(many, 2, 10, seed) for seed in (1, 1, 2))
    assert [held_out.tolist() for _, held_out in first] == [held_out.tolist() for _, held_out in same]
    assert [held_out.tolist() for _, held_out in first] != [held_out.tolist() for _, held_out in other]
    assert sum(len(held_out) for _, held_out in first) == 10


def test_rows_that_form_a_single_group_are_refused() -> None:
    with pytest.raises(PipelineError, match=r"fall into 1 groups .*give a single rate in evaluate.finetune"):
        grouped_folds(split([(1, 2), (2, 3), (3, 4)]), 2, None, 1)


def test_assin2(real_data: Path) -> None:
    folder = real_data / "assin2"
    train = read_assin2(folder / "assin2-train-only.xml", folder / "assin2-test.xml", "pair_regression")[0].train
    groups = sentence_groups(train)
    assert len(np.unique(groups)) > 1000
    assert np.bincount(groups).max() < 400
    assert [len(held_out) for _, held_out in grouped_folds(train, 5, None, 1)] == [1300] * 5
