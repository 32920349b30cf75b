from dataclasses import replace
from pathlib import Path

import numpy as np
from transformers import BertForMaskedLM

from tinypt.evaluation.protocols import TaskResults, task_results, write_results
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.modeling.student import same_shape
from tinypt.params.evaluate import Evaluate, Finetune, Teaching

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
TEACHING = Teaching(sets=("total",), weight=0.5, temperature=2.0, recombined=0.5)
OPTIONS = Evaluate(mlm_blocks=1, sentences=1, max_length=64, finetune=FINETUNE, teaching=None)


def results_of_floor(subject: Subject, base: BertForMaskedLM, tasks: dict[str, TaskData], seed: int) -> TaskResults:
    """Results of the random-initialised student, made anew."""
    floor = same_shape(base, subject.tokenizer, seed).eval()
    return task_results(replace(subject, name="floor", model=floor), tasks, OPTIONS, 13, Path("nowhere"))


def test_the_random_student_scores_the_same_digits_in_a_second_run(
    subject: Subject,
    base: BertForMaskedLM,
    similarity: TaskData,
    entailment: TaskData,
    sentiment: TaskData,
) -> None:
    tasks = {"entailment": entailment, "sentiment": sentiment, "similarity": similarity}
    first, second, other = (results_of_floor(subject, base, tasks, seed) for seed in (7, 7, 8))
    assert first.metrics == second.metrics
    assert first.metrics != other.metrics
    for task in tasks:
        assert list(first.metrics[task]) == ["frozen", "finetune", "selection"]
        assert list(first.predictions[task]) == ["frozen", "finetune_1", "finetune_2"]
        for name, predicted in first.predictions[task].items():
            assert np.array_equal(predicted, second.predictions[task][name])


def test_a_set_learns_what_the_teacher_answers(
    subject: Subject, base: BertForMaskedLM, similarity: TaskData, entailment: TaskData, tmp_path: Path
) -> None:
    tasks = {"entailment": entailment, "similarity": similarity}
    finetune = replace(FINETUNE, learning_rates=(1e-2,), epochs=15)
    options = replace(OPTIONS, finetune=finetune, teaching=TEACHING)
    results = task_results(subject, tasks, options, 13, tmp_path)
    assert list(results.lessons) == ["entailment+similarity"]
    write_results("teacher", tasks, results, tmp_path)
    student = replace(subject, name="total", model=same_shape(base, subject.tokenizer, 7).eval())
    wrong = {
        task: replace(data, train=replace(data.train, labels=data.train.labels[1:] + data.train.labels[:1]))
        for task, data in tasks.items()
    }
    taught = replace(options, teaching=replace(TEACHING, weight=1.0))  # the teacher knows better than these labels
    found = task_results(student, wrong, taught, 13, tmp_path)
    assert found.metrics["entailment"]["finetune"]["f1_mean"] < 0.2
    assert found.metrics["entailment"]["taught"]["f1_mean"] > 0.8
    assert found.metrics["similarity"]["taught"]["pearson_mean"] > 0.8
    assert found.lessons == {}
    assert [name for name in found.predictions["entailment"] if name.startswith("taught")] == ["taught_1", "taught_2"]
    apart = task_results(replace(student, name="other"), wrong, taught, 13, tmp_path)
    assert "taught" not in apart.metrics["entailment"]
