"""Every task by both protocols: what a model's metrics and its table of predictions hold."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.evaluation.finetune import Finetuned, finetune, finetune_taught, joint_groups
from tinypt.evaluation.frozen import frozen_scores
from tinypt.evaluation.predictions import write_predictions
from tinypt.evaluation.scoring import Labels, summarise
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.evaluation.teaching import Lessons, lesson_texts, read_lessons, write_lessons
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
    lessons: the teacher's answers for others to learn, by group of tasks; empty for other models.
    """

    metrics: dict[str, dict[str, Any]]
    predictions: dict[str, dict[str, Labels]]
    lessons: dict[str, Lessons]


def task_results(
    subject: Subject, tasks: dict[str, TaskData], options: Evaluate, seed: int, folder: Path
) -> TaskResults:
    """Measure the model on `tasks`; `seed` draws the resamples of the intervals, fine-tuning has seeds of its own.

    Sets that are taught find the teacher's answers where `write_results` put them below `folder`.

    Raises:
        PipelineError: the model's weights are damaged, training diverged, tasks cannot be learnt jointly, or the
            teacher's answers are missing.
    """
    teaching, name = options.teaching, subject.name
    groups = joint_groups(tasks, options.finetune.joint)
    metrics: dict[str, dict[str, Any]] = {}
    predictions: dict[str, dict[str, Labels]] = {}
    lessons: dict[str, Lessons] = {}
    for task, data in tasks.items():
        log.info("%s: %s, frozen", name, task)
        scores, predicted = frozen_scores(subject, task, data, seed)
        metrics[task], predictions[task] = {"frozen": scores}, {"frozen": predicted}

    def note(protocol: str, group: dict[str, TaskData], tuned: Finetuned) -> None:
        for task, answers in tuned.predicted.items():
            metrics[task][protocol] = summarise(group[task], answers, seed)
            for training_seed, predicted in zip(options.finetune.seeds, answers, strict=True):
                predictions[task][f"{protocol}_{training_seed}"] = predicted

    for number, group in enumerate(groups, start=1):
        log.info("%s: %s, fine-tuning, %d of %d", name, " and ".join(group), number, len(groups))
        asked = lesson_texts(group, teaching.recombined, seed) if teaching and name == TEACHER else None
        tuned = finetune(subject, group, options.finetune, asked)
        note("finetune", group, tuned)
        for task in group:
            tried = {f"at_{rate:g}": score for rate, score in tuned.tried.items()}
            metrics[task]["selection"] = {"learning_rate": tuned.learning_rate} | tried
        if asked:
            lessons["+".join(group)] = Lessons(asked, tuned.outputs)
        if teaching and name in teaching.sets:
            given = read_lessons(group, folder / TEACHER / "lessons" / f"{'+'.join(group)}.parquet")
            rate = tuned.learning_rate
            note("taught", group, finetune_taught(subject, group, options.finetune, rate, given, teaching))
    return TaskResults(metrics, predictions, lessons)


def write_results(name: str, tasks: dict[str, TaskData], results: TaskResults, folder: Path) -> None:
    """Write below folder/<name>/ the predictions, <task>.parquet, and a teacher's answers, lessons/<tasks>.parquet."""
    with atomic_path(folder / name) as temporary:
        temporary.mkdir()
        for task, data in tasks.items():
            write_predictions(data, results.predictions[task], temporary / f"{task}.parquet")
        for group, lessons in results.lessons.items():
            write_lessons(lessons, temporary / "lessons" / f"{group}.parquet")
