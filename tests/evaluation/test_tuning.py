from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tinypt.errors import PipelineError
from tinypt.evaluation.subject import Subject, pad
from tinypt.evaluation.tasks import TaskData
from tinypt.evaluation.tuning import answer, fit, plan, predictions, shuffled
from tinypt.params.evaluate import Finetune
from tinypt.progress import Progress

OPTIONS = Finetune(learning_rates=(1e-3,), folds=2, fold_rows=None, epochs=1, batch_size=8, seeds=(1,), joint=())
ROWS = np.arange(24)


def test_each_task_has_outputs_of_its_own(subject: Subject, entailment: TaskData, similarity: TaskData) -> None:
    course = plan(subject, {"entailment": entailment, "similarity": similarity})
    assert course.widths == [2, 1]
    outputs = np.array([[3.0, 1.0, 0.0], [1.0, 3.0, 1.0]])
    classes, scores = predictions(course, outputs)
    assert classes.tolist() == [0, 1]
    assert scores == pytest.approx([3.25, 3.25 + 1.75])  # the training labels' mean, and one deviation above it


def test_the_joint_loss_is_the_sum_of_the_tasks(subject: Subject, entailment: TaskData, similarity: TaskData) -> None:
    """One step on all rows at a rate too small to move: the loss is that of the tasks, each by itself."""
    course = plan(subject, {"entailment": entailment, "similarity": similarity})
    model = fit(course, ROWS, 1e-12, OPTIONS, 1, Progress("x", "rows"))
    with torch.no_grad():
        outputs = model(*pad(course.train, ROWS, subject))
    gold = torch.tensor([label == "None" for label in entailment.train.labels]).long()
    scores = torch.tensor([(float(label) - 3.25) / 1.75 for label in similarity.train.labels])
    assert torch.equal(course.targets[0], gold)
    assert course.targets[1] == pytest.approx(scores)
    alone = functional.cross_entropy(outputs[:, :2], gold) + functional.mse_loss(outputs[:, 2], scores)
    from tinypt.evaluation.tuning import _loss

    assert float(_loss(course, outputs, torch.arange(24))) == pytest.approx(float(alone))


def test_joint_tasks_must_share_their_training_texts(
    subject: Subject, entailment: TaskData, similarity: TaskData
) -> None:
    other = replace(similarity, train=replace(similarity.train, first=similarity.train.first[::-1]))
    with pytest.raises(PipelineError, match=r"joint: entailment and similarity cannot be learnt jointly"):
        plan(subject, {"entailment": entailment, "similarity": other})


def test_answers_do_not_depend_on_what_else_is_asked(subject: Subject, sentiment: TaskData) -> None:
    course = plan(subject, {"x": sentiment})
    model = fit(course, ROWS, 1e-3, OPTIONS, 1, Progress("x", "rows"))
    everything = answer(model, subject, course.train, ROWS)
    assert answer(model, subject, course.train, ROWS[5:9]) == pytest.approx(everything[5:9], abs=1e-5)


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
