"""The fine-tuning protocol: the whole model is trained on the task."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinypt.evaluation.finetuning.data import FinetuneData, plan, predictions, prepare_soft
from tinypt.evaluation.finetuning.learning_rate import choose_rate, selection_folds
from tinypt.evaluation.finetuning.task_distillation import SoftLabels, Texts
from tinypt.evaluation.finetuning.train import answer, check_finite, fit
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.scoring import Labels
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import Finetune, TaskDistillation
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

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


def finetune(
    evaluated: EvaluatedModel, tasks: dict[str, TaskData], options: Finetune, asked: Texts | None = None
) -> Finetuned:
    """Train on `tasks` together, once for each seed, and answer their test splits and the texts `asked`.

    Pairs are read together, [CLS] a [SEP] b [SEP], and `options.head` says what the output layer is given of them
    (see `TaskModel`). Scores are learnt by mean squared error after standardisation, classes by cross-entropy over
    those of the training split. The learning rate is chosen on training rows (see `choose_rate`); the test split is
    read once for each seed, after the last epoch, and chooses nothing.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt together.
    """
    examples = plan(evaluated, tasks, asked)
    folds = selection_folds(examples, options)
    tries = len(options.learning_rates) * sum(len(train) for train, _ in folds)
    progress = _progress(examples, "fine-tuning", options, tries)
    rate, tried = choose_rate(examples, folds, options, progress)
    return _train_and_answer(examples, rate, tried, options, progress)


def finetune_on_soft_labels(
    evaluated: EvaluatedModel,
    tasks: dict[str, TaskData],
    options: Finetune,
    rate: float,
    soft_labels: SoftLabels,
    task_distillation: TaskDistillation,
) -> Finetuned:
    """Train as `finetune` does, at a rate chosen before, on the teacher's answers beside the labels.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt together.
    """
    examples = prepare_soft(evaluated, tasks, soft_labels, task_distillation)
    return _train_and_answer(examples, rate, {}, options, _progress(examples, "fine-tuning, taught", options, 0))


def _progress(examples: FinetuneData, what: str, options: Finetune, tries: int) -> Progress:
    total = options.epochs * (tries + len(options.seeds) * len(examples.train.ids))
    return Progress(f"{examples.evaluated.name}: {' and '.join(examples.tasks)}, {what}", "rows", total)


def _train_and_answer(
    examples: FinetuneData, rate: float, tried: dict[float, float | None], options: Finetune, progress: Progress
) -> Finetuned:
    predicted: dict[str, list[Labels]] = {task: [] for task in examples.tasks}
    asked = np.zeros((len(examples.asked.ids), sum(examples.widths)))
    for number, seed in enumerate(options.seeds, start=1):
        model = fit(examples, np.arange(len(examples.train.ids)), rate, options, seed, progress)
        for index, (task, pieces) in enumerate(zip(examples.tasks, examples.tests, strict=True)):
            outputs = answer(model, examples.evaluated, pieces, np.arange(len(pieces.ids)))
            check_finite(float(outputs.sum()), rate, progress)
            predicted[task].append(predictions(examples, outputs)[index])
        asked += answer(model, examples.evaluated, examples.asked, np.arange(len(asked))) / len(options.seeds)
        log.info("%s: seed %d of %d at %g done", progress.label, number, len(options.seeds), rate)
    progress.close()
    parts = np.split(asked, np.cumsum(examples.widths)[:-1], axis=1)
    stacked = {task: np.stack(each) for task, each in predicted.items()}
    return Finetuned(stacked, dict(zip(examples.tasks, parts, strict=True)), rate, tried)


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
