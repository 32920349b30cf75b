"""Every task by both protocols: what a model's metrics and its table of predictions hold."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.evaluation.finetuning.finetune import Finetuned, finetune, finetune_on_soft_labels, joint_groups
from tinypt.evaluation.finetuning.task_distillation import (
    SoftLabels,
    read_soft_labels,
    transfer_texts,
    write_soft_labels,
)
from tinypt.evaluation.frozen import frozen_scores
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.predictions import write_predictions
from tinypt.evaluation.scores.scoring import Labels, summarise
from tinypt.evaluation.tasks.table import TaskData
from tinypt.files import atomic_path
from tinypt.params.evaluate import Evaluate

log = logging.getLogger(__name__)
TEACHER = "teacher"  # the model whose answers are what the others are taught


@dataclass(frozen=True)
class TaskResults:
    """Of each task, by name: scores as metrics/<model>/evaluate.json has them, and predictions of the test split.

    metrics: `frozen`, `finetune`, in `selection` the learning rate taken and each one's score (`at_<rate>`), and
    `taught` where the model is one that learns from the teacher's answers.
    predictions: columns as `predictions.write_predictions` takes them.
    soft_labels: the teacher's answers for others to learn, by group of tasks; empty for other models.
    """

    metrics: dict[str, dict[str, Any]]
    predictions: dict[str, dict[str, Labels]]
    soft_labels: dict[str, SoftLabels]


def task_results(
    evaluated: EvaluatedModel, tasks: dict[str, TaskData], options: Evaluate, seed: int, folder: Path
) -> TaskResults:
    """Measure the model on `tasks`; `seed` draws the resamples of the intervals, fine-tuning has seeds of its own.

    Sets that are taught find the teacher's answers where `write_results` put them below `folder`.

    Raises:
        PipelineError: the model's weights are damaged, training diverged, tasks cannot be learnt jointly, or the
            teacher's answers are missing.
    """
    task_distillation, name = options.task_distillation, evaluated.name
    groups = joint_groups(tasks, options.finetune.joint)
    metrics: dict[str, dict[str, Any]] = {}
    predictions: dict[str, dict[str, Labels]] = {}
    soft_labels: dict[str, SoftLabels] = {}
    for task, data in tasks.items():
        log.info("%s: %s, frozen", name, task)
        scores, predicted = frozen_scores(evaluated, task, data, seed)
        metrics[task], predictions[task] = {"frozen": scores}, {"frozen": predicted}

    def note(protocol: str, group: dict[str, TaskData], tuned: Finetuned) -> None:
        for task, answers in tuned.predicted.items():
            metrics[task][protocol] = summarise(group[task], answers, seed)
            for training_seed, predicted in zip(options.finetune.seeds, answers, strict=True):
                predictions[task][f"{protocol}_{training_seed}"] = predicted

    for number, group in enumerate(groups, start=1):
        log.info("%s: %s, fine-tuning, %d of %d", name, " and ".join(group), number, len(groups))
        asked = (
            transfer_texts(group, task_distillation.recombined, seed) if task_distillation and name == TEACHER else None
        )
        tuned = finetune(evaluated, group, options.finetune, asked)
        note("finetune", group, tuned)
        for task in group:
            tried = {f"at_{rate:g}": score for rate, score in tuned.tried.items()}
            metrics[task]["selection"] = {"learning_rate": tuned.learning_rate} | tried
        if asked:
            soft_labels["+".join(group)] = SoftLabels(asked, tuned.outputs)
        if task_distillation and name in task_distillation.students:
            given = read_soft_labels(group, folder / TEACHER / "soft_labels" / f"{'+'.join(group)}.parquet")
            rate = tuned.learning_rate
            note(
                "task_distillation",
                group,
                finetune_on_soft_labels(evaluated, group, options.finetune, rate, given, task_distillation),
            )
    return TaskResults(metrics, predictions, soft_labels)


def write_results(name: str, tasks: dict[str, TaskData], results: TaskResults, folder: Path) -> None:
    """Write below folder/<name>/ the predictions, <task>.parquet, and a teacher's answers, soft_labels/<tasks>.parquet."""
    with atomic_path(folder / name) as temporary:
        temporary.mkdir()
        for task, data in tasks.items():
            write_predictions(data, results.predictions[task], temporary / f"{task}.parquet")
        for group, soft_labels in results.soft_labels.items():
            write_soft_labels(soft_labels, temporary / "soft_labels" / f"{group}.parquet")
