from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinypt.errors import PipelineError
from tinypt.evaluation.finetune import TaskModel, finetune_scores, shuffled
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.params.evaluate import Finetune

FAST = Finetune(learning_rate=1e-2, epochs=15, batch_size=8, seeds=(1,))
SHORT = Finetune(learning_rate=1e-3, epochs=1, batch_size=8, seeds=(1, 2))


@pytest.mark.parametrize("classes", [1, 3])
def test_classes_are_learnt(subject: Subject, make_texts: Callable[[int], TaskData], classes: int) -> None:
    scores = finetune_scores(subject, "x", make_texts(classes), FAST)
    assert scores["f1_mean"] > 0.9
    assert set(scores) == {"seeds", "f1_mean", "f1_sd", "accuracy_mean", "accuracy_sd"}


def test_scores_are_learnt_on_their_own_scale(subject: Subject, similarity: TaskData) -> None:
    scores = finetune_scores(subject, "x", similarity, FAST)
    assert scores["pearson_mean"] > 0.8
    assert scores["mse_mean"] < 1.5


def test_scores_without_spread_are_learnt_as_their_mean(subject: Subject, similarity: TaskData) -> None:
    train = replace(similarity.train, labels=[4.0] * 24)
    scores = finetune_scores(subject, "x", TaskData(train, replace(similarity.test, labels=[4.0] * 24)), SHORT)
    assert scores["pearson_mean"] == 0.0
    assert scores["mse_mean"] < 0.5


def test_seeds_are_summarised_and_the_same_seeds_give_the_same_scores(subject: Subject, similarity: TaskData) -> None:
    scores = finetune_scores(subject, "x", similarity, SHORT)
    assert scores["seeds"] == 2
    assert scores["pearson_sd"] > 0
    torch.rand(7)  # the state of the global generator does not matter
    assert finetune_scores(subject, "x", similarity, SHORT) == scores
    one = finetune_scores(subject, "x", similarity, replace(SHORT, seeds=(1,)))
    assert one["pearson_sd"] == 0.0


def test_the_model_itself_is_left_as_it_was(subject: Subject, sentiment: TaskData) -> None:
    before = {name: value.clone() for name, value in subject.model.state_dict().items()}
    finetune_scores(subject, "x", sentiment, replace(SHORT, seeds=(1,)))
    assert all(torch.equal(value, before[name]) for name, value in subject.model.state_dict().items())
    assert not subject.model.training


def test_the_head_depends_on_the_seed_alone(subject: Subject) -> None:
    scrambled = replace(subject, model=type(subject.model)(subject.model.config))
    first, second, other = TaskModel(subject, 3, seed=1), TaskModel(scrambled, 3, seed=1), TaskModel(subject, 3, seed=2)
    assert torch.equal(first.dense.weight, second.dense.weight)
    assert torch.equal(first.output.weight, second.output.weight)
    assert not torch.equal(first.output.weight, other.output.weight)


@pytest.mark.parametrize("batch_size", [8, 24])  # with 24 the only step ends in weights that no loss has seen
def test_divergence_names_model_task_and_learning_rate(subject: Subject, similarity: TaskData, batch_size: int) -> None:
    options = replace(SHORT, learning_rate=1e30, batch_size=batch_size)
    with pytest.raises(PipelineError, match=r"teacher: sts, fine-tuning: training diverged .*learning_rate \(1e\+30\)"):
        finetune_scores(subject, "sts", similarity, options)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=400), st.integers(1, 9), st.integers(0, 3))
def test_an_epoch_visits_every_row_once(lengths: list[int], size: int, seed: int) -> None:
    array = np.array(lengths, dtype=np.int64)
    batches = shuffled(array, size, np.random.default_rng(seed))
    assert sorted(int(row) for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(len(batch) <= size for batch in batches)


def test_batches_hold_texts_of_similar_length() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(5, 60, 640)
    spread = [np.ptp(lengths[batch]) for batch in shuffled(lengths, 16, random)]
    assert np.mean(spread) < 10
