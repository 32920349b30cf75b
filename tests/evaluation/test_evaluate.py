from dataclasses import replace
from pathlib import Path

import numpy as np
from transformers import BertForMaskedLM

from tests.evaluation.finetuning.test_finetune import FAST
from tinypt.evaluation.evaluate import TaskResults, evaluate_tasks
from tinypt.evaluation.finetuning.finetune import finetune as fine_tune
from tinypt.evaluation.finetuning.task_distillation import (
    SoftLabels,
    soft_labels_path,
    transfer_texts,
    write_soft_labels,
)
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import TaskData
from tinypt.modeling.bert import same_shape
from tinypt.params.evaluate import Evaluate, TaskDistillation

FINETUNE = replace(
    FAST,
    heads=("matched", "cls"),
    learning_rates=(1e-3, 1e-2),
    epochs=2,
    seeds=(1, 2),
    joint=(("entailment", "similarity"),),
)
DISTILLATION = TaskDistillation(teacher=None, students=("total",), weight=0.5, temperature=2.0, recombined=0.5)
OPTIONS = Evaluate(mlm_blocks=1, sentences=1, max_length=64, finetune=FINETUNE, task_distillation=None)


def untrained_results(
    evaluated: EvaluatedModel, base: BertForMaskedLM, tasks: dict[str, TaskData], seed: int
) -> TaskResults:
    """Results of a student with random weights from `seed`."""
    untrained = same_shape(base, evaluated.tokenizer, seed).eval()
    return evaluate_tasks(replace(evaluated, name="untrained", model=untrained), tasks, OPTIONS, 13, Path("nowhere"))


def test_a_second_run_gives_exactly_the_same_scores(
    evaluated: EvaluatedModel,
    base: BertForMaskedLM,
    similarity: TaskData,
    entailment: TaskData,
    sentiment: TaskData,
) -> None:
    tasks = {"entailment": entailment, "sentiment": sentiment, "similarity": similarity}
    first, second, other = (untrained_results(evaluated, base, tasks, seed) for seed in (7, 7, 8))
    assert first.metrics == second.metrics
    assert first.metrics != other.metrics
    for task in tasks:
        parts = [f"{part}_{head}" for head in FINETUNE.heads for part in ("finetune", "selection")]
        assert list(first.metrics[task]) == ["frozen", *parts]
        assert first.metrics[task]["finetune_matched"] != first.metrics[task]["finetune_cls"]
        columns = [f"finetune_{head}_{seed}" for head in FINETUNE.heads for seed in (1, 2)]
        assert list(first.predictions[task]) == ["frozen", *columns]
        for name, predicted in first.predictions[task].items():
            assert np.array_equal(predicted, second.predictions[task][name])


def test_a_student_learns_from_the_teacher_s_soft_labels(
    evaluated: EvaluatedModel, base: BertForMaskedLM, similarity: TaskData, entailment: TaskData, tmp_path: Path
) -> None:
    tasks = {"entailment": entailment, "similarity": similarity}
    finetune = replace(FINETUNE, learning_rates=(1e-2,), epochs=15, heads=("matched",))
    options = replace(OPTIONS, finetune=finetune, task_distillation=DISTILLATION)
    transfer = transfer_texts(tasks, DISTILLATION.recombined, 13)
    taught = fine_tune(evaluated, "matched", tasks, finetune, transfer)
    write_soft_labels(SoftLabels(transfer, taught.transfer_outputs), soft_labels_path(tmp_path, tasks))
    student = replace(evaluated, name="total", model=same_shape(base, evaluated.tokenizer, 7).eval())
    wrong = {
        task: replace(data, train=replace(data.train, labels=data.train.labels[1:] + data.train.labels[:1]))
        for task, data in tasks.items()
    }
    soft_only = replace(options, task_distillation=replace(DISTILLATION, weight=1.0))  # ignores the wrong labels
    found = evaluate_tasks(student, wrong, soft_only, 13, tmp_path)
    assert found.metrics["entailment"]["finetune_matched"]["f1_mean"] < 0.2
    assert found.metrics["entailment"]["task_distillation_matched"]["f1_mean"] > 0.8
    assert found.metrics["similarity"]["task_distillation_matched"]["pearson_mean"] > 0.8
    assert [name for name in found.predictions["entailment"] if name.startswith("task_distillation")] == [
        "task_distillation_matched_1",
        "task_distillation_matched_2",
    ]
    apart = evaluate_tasks(replace(student, name="other"), wrong, soft_only, 13, tmp_path)
    assert "task_distillation_matched" not in apart.metrics["entailment"]
