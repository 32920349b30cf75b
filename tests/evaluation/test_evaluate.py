from dataclasses import replace
from pathlib import Path

import numpy as np
from transformers import BertForMaskedLM

from tinypt.evaluation.evaluate import TaskResults, task_results, write_results
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import TaskData
from tinypt.modeling.bert import same_shape
from tinypt.params.evaluate import Evaluate, Finetune, TaskDistillation

FINETUNE = Finetune(
    head="matched",
    learning_rates=(1e-3, 1e-2),
    folds=2,
    fold_rows=None,
    epochs=2,
    batch_size=8,
    seeds=(1, 2),
    joint=(("entailment", "similarity"),),
)
TEACHING = TaskDistillation(sets=("total",), weight=0.5, temperature=2.0, recombined=0.5)
OPTIONS = Evaluate(mlm_blocks=1, sentences=1, max_length=64, finetune=FINETUNE, task_distillation=None)


def results_of_floor(
    evaluated: EvaluatedModel, base: BertForMaskedLM, tasks: dict[str, TaskData], seed: int
) -> TaskResults:
    """Results of the random-initialised student, made anew."""
    untrained = same_shape(base, evaluated.tokenizer, seed).eval()
    return task_results(replace(evaluated, name="untrained", model=untrained), tasks, OPTIONS, 13, Path("nowhere"))


def test_the_random_student_scores_the_same_digits_in_a_second_run(
    evaluated: EvaluatedModel,
    base: BertForMaskedLM,
    similarity: TaskData,
    entailment: TaskData,
    sentiment: TaskData,
) -> None:
    tasks = {"entailment": entailment, "sentiment": sentiment, "similarity": similarity}
    first, second, other = (results_of_floor(evaluated, base, tasks, seed) for seed in (7, 7, 8))
    assert first.metrics == second.metrics
    assert first.metrics != other.metrics
    for task in tasks:
        assert list(first.metrics[task]) == ["frozen", "finetune", "selection"]
        assert list(first.predictions[task]) == ["frozen", "finetune_1", "finetune_2"]
        for name, predicted in first.predictions[task].items():
            assert np.array_equal(predicted, second.predictions[task][name])


def test_a_set_learns_what_the_teacher_answers(
    evaluated: EvaluatedModel, base: BertForMaskedLM, similarity: TaskData, entailment: TaskData, tmp_path: Path
) -> None:
    tasks = {"entailment": entailment, "similarity": similarity}
    finetune = replace(FINETUNE, learning_rates=(1e-2,), epochs=15)
    options = replace(OPTIONS, finetune=finetune, task_distillation=TEACHING)
    results = task_results(evaluated, tasks, options, 13, tmp_path)
    assert list(results.soft_labels) == ["entailment+similarity"]
    write_results("teacher", tasks, results, tmp_path)
    student = replace(evaluated, name="total", model=same_shape(base, evaluated.tokenizer, 7).eval())
    wrong = {
        task: replace(data, train=replace(data.train, labels=data.train.labels[1:] + data.train.labels[:1]))
        for task, data in tasks.items()
    }
    taught = replace(
        options, task_distillation=replace(TEACHING, weight=1.0)
    )  # the teacher knows better than these labels
    found = task_results(student, wrong, taught, 13, tmp_path)
    assert found.metrics["entailment"]["finetune"]["f1_mean"] < 0.2
    assert found.metrics["entailment"]["task_distillation"]["f1_mean"] > 0.8
    assert found.metrics["similarity"]["task_distillation"]["pearson_mean"] > 0.8
    assert found.soft_labels == {}
    assert [name for name in found.predictions["entailment"] if name.startswith("task_distillation")] == [
        "taught_1",
        "taught_2",
    ]
    apart = task_results(replace(student, name="other"), wrong, taught, 13, tmp_path)
    assert "task_distillation" not in apart.metrics["entailment"]
