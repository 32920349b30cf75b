from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from tinypt.evaluation.finetuning.data import decode, finetune_losses, prepare, prepare_with_soft_labels
from tinypt.evaluation.finetuning.task_distillation import SoftLabels, transfer_texts
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import TaskDistillation
from tinypt.runtime.errors import PipelineError

ALL = torch.arange(24)
DISTILLATION = TaskDistillation(teacher=None, students=("total",), weight=0.25, temperature=2.0, recombined=0.5)


def random_outputs(rows: int, seed: int = 1) -> torch.Tensor:
    """Outputs of two classes and a score."""
    return torch.tensor(np.random.default_rng(seed).normal(size=(rows, 3)), dtype=torch.float32)


def test_each_task_has_its_own_outputs(evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData) -> None:
    finetune_data = prepare(evaluated, "matched", {"entailment": entailment, "similarity": similarity})
    assert finetune_data.widths == [2, 1]
    outputs = np.array([[3.0, 1.0, 0.0], [1.0, 3.0, 1.0]])
    classes, scores = decode(finetune_data, outputs)
    assert classes.tolist() == [0, 1]
    assert scores == pytest.approx([3.25, 3.25 + 1.75])  # the training labels' mean, and one deviation above it


def test_the_loss_from_labels_is_the_sum_of_the_tasks(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    finetune_data = prepare(evaluated, "matched", {"entailment": entailment, "similarity": similarity})
    outputs = random_outputs(24)
    gold = torch.tensor([label == "None" for label in entailment.train.labels]).long()
    scores = torch.tensor([(float(label) - 3.25) / 1.75 for label in similarity.train.labels])
    alone = functional.cross_entropy(outputs[:, :2], gold) + functional.mse_loss(outputs[:, 2], scores)
    assert float(finetune_losses(finetune_data, outputs, ALL).mean()) == pytest.approx(float(alone))


def test_the_loss_with_soft_labels_row_by_row(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    """Recomputed in float64: labels and soft labels on labelled rows, soft labels alone on the others."""
    tasks = {"entailment": entailment, "similarity": similarity}
    texts = transfer_texts(tasks, DISTILLATION.recombined, seed=3)
    rows = len(texts.first)
    teacher_outputs, outputs = random_outputs(rows, 2).double().numpy(), random_outputs(rows)
    soft_labels = SoftLabels(texts, {"entailment": teacher_outputs[:, :2], "similarity": teacher_outputs[:, 2:]})
    finetune_data = prepare_with_soft_labels(evaluated, "matched", tasks, soft_labels, DISTILLATION)
    assert len(finetune_data.train.ids) == rows > 24
    student_outputs, expected = outputs.double().numpy(), []
    for row in range(rows):
        log_p, log_q = (
            logits - np.log(np.exp(logits).sum())
            for logits in (teacher_outputs[row, :2] / 2.0, student_outputs[row, :2] / 2.0)
        )
        soft = [4.0 * (np.exp(log_p) * (log_p - log_q)).sum(), (student_outputs[row, 2] - teacher_outputs[row, 2]) ** 2]
        if row >= 24:
            expected.append(sum(soft))
            continue
        gold = int(entailment.train.labels[row] == "None")
        score = (float(similarity.train.labels[row]) - 3.25) / 1.75
        hard = [
            np.log(np.exp(student_outputs[row, :2]).sum()) - student_outputs[row, gold],
            (student_outputs[row, 2] - score) ** 2,
        ]
        expected.append(0.75 * sum(hard) + 0.25 * sum(soft))
    assert float(finetune_losses(finetune_data, outputs, torch.arange(rows)).mean()) == pytest.approx(
        np.mean(expected), rel=1e-5
    )
    some = torch.tensor([25, 3, 24])
    assert float(finetune_losses(finetune_data, outputs[some], some).mean()) == pytest.approx(
        np.mean([expected[i] for i in some]), rel=1e-5
    )


def test_joint_tasks_must_share_their_training_texts(
    evaluated: EvaluatedModel, entailment: TaskData, similarity: TaskData
) -> None:
    other = replace(similarity, train=replace(similarity.train, first=similarity.train.first[::-1]))
    with pytest.raises(PipelineError, match=r"joint: entailment and similarity cannot be learnt jointly"):
        prepare(evaluated, "matched", {"entailment": entailment, "similarity": other})
