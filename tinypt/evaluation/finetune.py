"""The fine-tuning protocol: the whole model is trained on the task."""

import logging
from dataclasses import dataclass

import numpy as np

from tinypt.errors import PipelineError
from tinypt.evaluation.scoring import Labels
from tinypt.evaluation.selection import choose_rate, selection_folds
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.evaluation.tuning import answer, check_finite, fit, plan, predictions
from tinypt.params.evaluate import Finetune
from tinypt.progress import Progress

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finetuned:
    """A task's test split as answered by the fine-tuned models, one a seed.

    predicted: [seeds, rows]. learning_rate: the one they were trained at. tried: score of each rate in
    cross-validation, None where training diverged; empty where there was nothing to choose.
    """

    predicted: Labels
    learning_rate: float
    tried: dict[float, float | None]


def finetune(subject: Subject, tasks: dict[str, TaskData], options: Finetune) -> dict[str, Finetuned]:
    """Train on `tasks` together, once for each seed, and answer their test splits.

    Pairs are read together, [CLS] a [SEP] b [SEP]. Scores are learnt by mean squared error after
    standardisation, classes by cross-entropy over those of the training split. The learning rate is chosen on
    training rows (see `choose_rate`); the test split is read once for each seed, after the last epoch, and chooses
    nothing.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt together.
    """
    course = plan(subject, tasks)
    rows = np.arange(len(course.train.ids))
    folds = selection_folds(course, options)
    tries = len(options.learning_rates) * sum(len(train) for train, _ in folds)
    total = options.epochs * (tries + len(options.seeds) * len(rows))
    progress = Progress(f"{subject.name}: {' and '.join(tasks)}, fine-tuning", "rows", total)
    rate, tried = choose_rate(course, folds, options, progress)
    answers: list[list[Labels]] = [[] for _ in tasks]
    for number, seed in enumerate(options.seeds, start=1):
        model = fit(course, rows, rate, options, seed, progress)
        for task, pieces in enumerate(course.tests):
            outputs = answer(model, subject, pieces, np.arange(len(pieces.ids)))
            check_finite(float(outputs.sum()), rate, progress)
            answers[task].append(predictions(course, outputs)[task])
        log.info("%s: seed %d of %d at %g done", progress.label, number, len(options.seeds), rate)
    progress.close()
    return {task: Finetuned(np.stack(each), rate, tried) for task, each in zip(tasks, answers, strict=True)}


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
