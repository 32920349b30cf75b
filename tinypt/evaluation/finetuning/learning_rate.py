"""Choosing a model's learning rate by cross-validation on the training rows. The test split is not used."""

import logging
import statistics

from tinypt.evaluation.finetuning.data import FinetuneData, decode
from tinypt.evaluation.finetuning.folds import Rows, grouped_folds
from tinypt.evaluation.finetuning.train import DivergedError, check_finite, compute_outputs, fit
from tinypt.evaluation.scores.scoring import gold_labels, primary_metric, task_scores
from tinypt.params.evaluate import Finetune
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

log = logging.getLogger(__name__)

Folds = list[tuple[Rows, Rows]]  # row numbers of the training split: to train on, and to score


def selection_folds(finetune_data: FinetuneData, options: Finetune) -> Folds:
    """Folds of the training split that share no sentence; empty if there is only one learning rate.

    Raises:
        PipelineError: the training rows fall into fewer groups than there are folds.
    """
    if len(options.learning_rates) == 1:
        return []
    split = next(iter(finetune_data.tasks.values())).train
    try:
        return grouped_folds(split, options.folds, options.fold_rows, options.seeds[0])
    except PipelineError as error:
        raise PipelineError(f"{' and '.join(finetune_data.tasks)}: {error}") from None


def choose_rate(
    finetune_data: FinetuneData, folds: Folds, options: Finetune, progress: Progress
) -> tuple[float, dict[float, float | None]]:
    """Choose the learning rate with the highest score on `folds`, and return it with every rate's score.

    A rate's score is the primary metric, averaged over the folds and the joint tasks; None if training diverged. Of
    equal rates the highest wins: scores tie where the folds are too small to learn anything, and a higher rate learns
    more on all rows. Without folds the only rate is returned, with no scores.

    Raises:
        DivergedError: training diverged at every rate.
    """
    if not folds:
        return options.learning_rates[0], {}
    scores: dict[float, float | None] = {}
    for rate in sorted(options.learning_rates):
        try:
            scores[rate] = _score(finetune_data, folds, rate, options, progress)
        except DivergedError as error:
            scores[rate], diverged = None, error
        result = "diverged" if scores[rate] is None else f"scores {scores[rate]:.4f}"
        log.info("%s: rate %g %s", progress.label, rate, result)
    found = {rate: score for rate, score in scores.items() if score is not None}
    if not found:
        raise diverged
    return max(found, key=lambda rate: (found[rate], rate)), scores


def _score(finetune_data: FinetuneData, folds: Folds, rate: float, options: Finetune, progress: Progress) -> float:
    scores = []
    for train, held_out in folds:
        model = fit(finetune_data, train, rate, options, options.seeds[0], progress)
        outputs = compute_outputs(model, finetune_data.evaluated, finetune_data.train, held_out)
        check_finite(float(outputs.sum()), rate, progress)
        for data, predicted in zip(finetune_data.tasks.values(), decode(finetune_data, outputs), strict=True):
            gold = gold_labels(data, data.train)[held_out]
            scores.append(task_scores(data, predicted, gold)[primary_metric(data)])
    return statistics.fmean(scores)
