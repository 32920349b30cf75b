from dataclasses import replace

import numpy as np
from transformers import BertForMaskedLM

from tinypt.evaluation.protocols import TaskResults, task_results
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.modeling.student import same_shape
from tinypt.params.evaluate import Finetune

OPTIONS = Finetune(
    learning_rates=(1e-3, 1e-2),
    folds=2,
    fold_rows=None,
    epochs=2,
    batch_size=8,
    seeds=(1, 2),
    joint=(("entailment", "similarity"),),
)


def results_of_floor(subject: Subject, base: BertForMaskedLM, tasks: dict[str, TaskData], seed: int) -> TaskResults:
    """Results of the random-initialised student, made anew."""
    floor = same_shape(base, subject.tokenizer, seed).eval()
    return task_results(replace(subject, name="floor", model=floor), tasks, OPTIONS, seed=13)


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
