"""The fine-tuning protocol: the whole model is trained on the task."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinypt.errors import PipelineError
from tinypt.evaluation.course import Course, plan, plan_taught, predictions
from tinypt.evaluation.scoring import Labels
from tinypt.evaluation.selection import choose_rate, selection_folds
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.evaluation.teaching import Lessons, Texts
from tinypt.evaluation.tuning import answer, check_finite, fit
from tinypt.params.evaluate import Finetune, Teaching
from tinypt.progress import Progress

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finetuned:
    """Tasks as answered by the fine-tuned models, one a seed.

    predicted: of each task by name, on its test split, [seeds, rows]. outputs: of each task, on the texts asked for
    beside, mean over the seeds, [rows, outputs]. learning_rate: the one they were trained at. tried: score of each
    rate in cross-validation, None where training diverged; empty where there was nothing to choose.
    """

    predicted: dict[str, Labels]
    outputs: dict[str, NDArray[np.float64]]
    learning_rate: float
    tried: dict[float, float | None]


def finetune(subject: Subject, tasks: dict[str, TaskData], options: Finetune, asked: Texts | None = None) -> Finetuned:
    """Train on `tasks` together, once for each seed, and answer their test splits and the texts `asked`.

    Pairs are read together, [CLS] a [SEP] b [SEP], and `options.head` says what the output layer is given of them
    (see `TaskModel`). Scores are learnt by mean squared error after standardisation, classes by cross-entropy over
    those of the training split. The learning rate is chosen on training rows (see `choose_rate`); the test split is
    read once for each seed, after the last epoch, and chooses nothing.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt together.
    """
    course = plan(subject, tasks, asked)
    folds = selection_folds(course, options)
    tries = len(options.learning_rates) * sum(len(train) for train, _ in folds)
    progress = _progress(course, "fine-tuning", options, tries)
    rate, tried = choose_rate(course, folds, options, progress)
    return _train_and_answer(course, rate, tried, options, progress)


def finetune_taught(
    subject: Subject, tasks: dict[str, TaskData], options: Finetune, rate: float, lessons: Lessons, teaching: Teaching
) -> Finetuned:
    """Train as `finetune` does, at a rate chosen before, on the teacher's answers beside the labels.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt together.
    """
    course = plan_taught(subject, tasks, lessons, teaching)
    return _train_and_answer(course, rate, {}, options, _progress(course, "fine-tuning, taught", options, 0))


def _progress(course: Course, what: str, options: Finetune, tries: int) -> Progress:
    total = options.epochs * (tries + len(options.seeds) * len(course.train.ids))
    return Progress(f"{course.subject.name}: {' and '.join(course.tasks)}, {what}", "rows", total)


def _train_and_answer(
    course: Course, rate: float, tried: dict[float, float | None], options: Finetune, progress: Progress
) -> Finetuned:
    predicted: dict[str, list[Labels]] = {task: [] for task in course.tasks}
    asked = np.zeros((len(course.asked.ids), sum(course.widths)))
    for number, seed in enumerate(options.seeds, start=1):
        model = fit(course, np.arange(len(course.train.ids)), rate, options, seed, progress)
        for index, (task, pieces) in enumerate(zip(course.tasks, course.tests, strict=True)):
            outputs = answer(model, course.subject, pieces, np.arange(len(pieces.ids)))
            check_finite(float(outputs.sum()), rate, progress)
            predicted[task].append(predictions(course, outputs)[index])
        asked += answer(model, course.subject, course.asked, np.arange(len(asked))) / len(options.seeds)
        log.info("%s: seed %d of %d at %g done", progress.label, number, len(options.seeds), rate)
    progress.close()
    parts = np.split(asked, np.cumsum(course.widths)[:-1], axis=1)
    stacked = {task: np.stack(each) for task, each in predicted.items()}
    return Finetuned(stacked, dict(zip(course.tasks, parts, strict=True)), rate, tried)


def joint_groups(tasks: dict[str, TaskData], joint: tuple[tuple[str, ...], ...]) -> list[dict[str, TaskData]]:
    """The tasks as they are learnt: those of a group in `joint` together, every other by itself, in order of names.

    Raises:
        PipelineError: a group names a task that there is not.
    """
    for name in (name for group in joint for name in group):
        if name not in tasks:
            raise PipelineError(
                f"params.yaml: evaluate.finetune.joint: no task is called {name}; there are {', '.join(tasks)}"
            )
    partners = {name: group for group in joint for name in group}
    groups = dict.fromkeys(tuple(sorted(partners.get(name, (name,)))) for name in tasks)
    return [{name: tasks[name] for name in group} for group in groups]
