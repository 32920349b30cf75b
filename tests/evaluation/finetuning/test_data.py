from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from tinypt.evaluation.finetuning.data import finetune_loss, plan, predictions, prepare_soft
from tinypt.evaluation.finetuning.task_distillation import SoftLabels, transfer_texts
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import TaskDistillation
from tinypt.runtime.errors import PipelineError

ALL = torch.arange(24)
TEACHING = TaskDistillation(sets=("total",), weight=0.25, temperature=2.0, recombined=0.5)


def random_outputs(rows: int, seed: int = 1) -> torch.Tensor:
    """Outputs of two classes and a score."""
    return torch.tensor(np.random.default_rng(seed).normal(size=(rows, 3)), dtype=torch.float32)


def test_each_task_has_outputs_of_its_own(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    examples = plan(evaluated, {"entailment": entailment, "similarity": similarity})
    assert examples.widths == [2, 1]
    outputs = np.array([[3.0, 1.0, 0.0], [1.0, 3.0, 1.0]])
    classes, scores = predictions(examples, outputs)
    assert classes.tolist() == [0, 1]
    assert scores == pytest.approx([3.25, 3.25 + 1.75])  # the training labels' mean, and one deviation above it


def test_the_loss_from_labels_is_the_sum_of_the_tasks(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    examples = plan(evaluated, {"entailment": entailment, "similarity": similarity})
    outputs = random_outputs(24)
    gold = torch.tensor([label == "None" for label in entailment.train.labels]).long()
    scores = torch.tensor([(float(label) - 3.25) / 1.75 for label in similarity.train.labels])
    alone = functional.cross_entropy(outputs[:, :2], gold) + functional.mse_loss(outputs[:, 2], scores)
    assert float(finetune_loss(examples, outputs, ALL)) == pytest.approx(float(alone))


def test_the_loss_with_answers_row_by_row(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    """In float64 by hand: labels and answers on labelled rows, answers alone on the others."""
    tasks = {"entailment": entailment, "similarity": similarity}
    texts = transfer_texts(tasks, TEACHING.recombined, seed=3)
    rows = len(texts.first)
    answers, outputs = random_outputs(rows, 2).double().numpy(), random_outputs(rows)
    soft_labels = SoftLabels(texts, {"entailment": answers[:, :2], "similarity": answers[:, 2:]})
    examples = prepare_soft(evaluated, tasks, soft_labels, TEACHING)
    assert len(examples.train.ids) == rows > 24
    ours, expected = outputs.double().numpy(), []
    for row in range(rows):
        log_p, log_q = (
            logits - np.log(np.exp(logits).sum()) for logits in (answers[row, :2] / 2.0, ours[row, :2] / 2.0)
        )
        soft = [4.0 * (np.exp(log_p) * (log_p - log_q)).sum(), (ours[row, 2] - answers[row, 2]) ** 2]
        if row >= 24:
            expected.append(sum(soft))
            continue
        gold = int(entailment.train.labels[row] == "None")
        score = (float(similarity.train.labels[row]) - 3.25) / 1.75
        hard = [np.log(np.exp(ours[row, :2]).sum()) - ours[row, gold], (ours[row, 2] - score) ** 2]
        expected.append(0.75 * sum(hard) + 0.25 * sum(soft))
    assert float(finetune_loss(examples, outputs, torch.arange(rows))) == pytest.approx(np.mean(expected), rel=1e-5)
    some = torch.tensor([25, 3, 24])
    assert float(finetune_loss(examples, outputs[some], some)) == pytest.approx(
        np.mean([expected[i] for i in some]), rel=1e-5
    )


def test_joint_tasks_must_share_their_training_texts(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    other = replace(similarity, train=replace(similarity.train, first=similarity.train.first[::-1]))
    with pytest.raises(PipelineError, match=r"joint: entailment and similarity cannot be learnt jointly"):
        plan(evaluated, {"entailment": entailment, "similarity": other})
