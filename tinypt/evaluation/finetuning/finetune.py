"""The fine-tuning protocols: the whole model is trained on a task, on its labels or also on soft labels."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinypt.evaluation.finetuning.data import FinetuneData, decode, prepare, prepare_with_soft_labels
from tinypt.evaluation.finetuning.selection import Scores, choose, selection_folds
from tinypt.evaluation.finetuning.task_distillation import SoftLabels, TransferTexts
from tinypt.evaluation.finetuning.train import DivergedError, Hyperparameters, Run, check_finite, compute_outputs, fit
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.scoring import Labels
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import Finetune, Head, TaskDistillation
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finetuned:
    """Results of fine-tuning on one group of tasks, with one model for each training seed.

    predictions: for each task by name, predictions on its test split, [seeds, rows].
    transfer_outputs: for each task, outputs for the transfer texts, averaged over the seeds, float64 [rows, outputs].
    chosen: the learning rate and dropout of all models.
    scores: of everything tried in cross-validation; empty if there was nothing to choose.
    """

    predictions: dict[str, Labels]
    transfer_outputs: dict[str, NDArray[np.float64]]
    chosen: Hyperparameters
    scores: Scores


def finetune(
    evaluated: EvaluatedModel,
    head: Head,
    tasks: dict[str, TaskData],
    options: Finetune,
    transfer: TransferTexts | None = None,
) -> Finetuned:
    """Train on `tasks` jointly, once for each seed, and predict their test splits and the transfer texts.

    The two texts of a pair are encoded together, [CLS] a [SEP] b [SEP]; `head` selects the input of the output layer
    (see `TaskModel`). Scores are standardised and trained with mean squared error, classes with cross-entropy.
    Learning rate and dropout are chosen on training rows (see `choose`). The test split is used once for each seed,
    after the last epoch, and influences no choice.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt jointly.
    """
    finetune_data = prepare(evaluated, head, tasks, transfer)
    folds = selection_folds(finetune_data, options)
    tried = len(options.learning_rates) + len(options.dropouts) - 1
    rows = tried * sum(len(train) for train, _ in folds)
    progress = _progress(finetune_data, "fine-tuning", options, rows)
    chosen, scores = choose(finetune_data, folds, options, progress)
    return _train_and_predict(finetune_data, chosen, scores, options, progress)


def finetune_on_soft_labels(
    evaluated: EvaluatedModel,
    head: Head,
    tasks: dict[str, TaskData],
    options: Finetune,
    chosen: Hyperparameters,
    soft_labels: SoftLabels,
    distillation: TaskDistillation,
) -> Finetuned:
    """Train like `finetune`, but on labels and the teacher's soft labels, and with the given learning rate and dropout.

    Raises:
        PipelineError: training diverged, or the tasks cannot be learnt jointly.
    """
    finetune_data = prepare_with_soft_labels(evaluated, head, tasks, soft_labels, distillation)
    progress = _progress(finetune_data, "task distillation", options, 0)
    return _train_and_predict(finetune_data, chosen, {}, options, progress)


def _progress(finetune_data: FinetuneData, protocol: str, options: Finetune, selection_rows: int) -> Progress:
    total = options.epochs * (selection_rows + len(options.seeds) * len(finetune_data.train.ids))
    tasks = " and ".join(finetune_data.tasks)
    return Progress(f"{finetune_data.evaluated.name}: {tasks}, {protocol}, {finetune_data.head} head", "rows", total)


def _train_and_predict(
    finetune_data: FinetuneData,
    chosen: Hyperparameters,
    scores: Scores,
    options: Finetune,
    progress: Progress,
) -> Finetuned:
    evaluated, transfer = finetune_data.evaluated, finetune_data.transfer
    predictions: dict[str, list[Labels]] = {task: [] for task in finetune_data.tasks}
    transfer_outputs = np.zeros((len(transfer.ids), sum(finetune_data.widths)))
    runs = [Run(np.arange(len(finetune_data.train.ids)), chosen, seed) for seed in options.seeds]
    for number, model in enumerate(fit(finetune_data, runs, options, progress), start=1):
        if isinstance(model, DivergedError):
            raise model
        for index, (task, pieces) in enumerate(zip(finetune_data.tasks, finetune_data.tests, strict=True)):
            outputs = compute_outputs(model, evaluated, pieces, np.arange(len(pieces.ids)))
            check_finite(float(outputs.sum()), chosen.learning_rate, progress)
            predictions[task].append(decode(finetune_data, outputs)[index])
        rows = np.arange(len(transfer_outputs))
        transfer_outputs += compute_outputs(model, evaluated, transfer, rows) / len(options.seeds)
        log.info("%s: finished seed %d of %d", progress.label, number, len(options.seeds))
    progress.close()
    parts = np.split(transfer_outputs, np.cumsum(finetune_data.widths)[:-1], axis=1)
    stacked = {task: np.stack(rows) for task, rows in predictions.items()}
    return Finetuned(stacked, dict(zip(finetune_data.tasks, parts, strict=True)), chosen, scores)


def joint_groups(tasks: dict[str, TaskData], joint: tuple[tuple[str, ...], ...]) -> list[dict[str, TaskData]]:
    """Group the tasks for fine-tuning: each group of `joint` together, every other task separately.

    Groups and the tasks in a group are in alphabetical order if `tasks` are.

    Raises:
        PipelineError: a group names an unknown task.
    """
    for name in (name for group in joint for name in group):
        if name not in tasks:
            raise PipelineError(
                f"params.yaml: evaluate.finetune.joint: no task is called {name}; there are {', '.join(tasks)}"
            )
    partners = {name: group for group in joint for name in group}
    groups = dict.fromkeys(tuple(sorted(partners.get(name, (name,)))) for name in tasks)
    return [{name: tasks[name] for name in group} for group in groups]
