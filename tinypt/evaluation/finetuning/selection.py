"""Choosing a model's learning rate and dropout by cross-validation on training rows. The test split is not used."""

import logging
import statistics
from itertools import islice

from tinypt.evaluation.finetuning.data import FinetuneData, decode
from tinypt.evaluation.finetuning.folds import Rows, grouped_folds
from tinypt.evaluation.finetuning.model import TaskModel
from tinypt.evaluation.finetuning.train import (
    DivergedError,
    Hyperparameters,
    Run,
    check_finite,
    compute_outputs,
    fit,
)
from tinypt.evaluation.scores.scoring import gold_labels, primary_metric, task_scores
from tinypt.params.evaluate import Finetune
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

log = logging.getLogger(__name__)

Folds = list[tuple[Rows, Rows]]  # row numbers of the training split: to train on, and to score
Scores = dict[Hyperparameters, float | None]  # None if training diverged


def selection_folds(finetune_data: FinetuneData, options: Finetune) -> Folds:
    """Folds of the training split that share no sentence; empty if there is nothing to choose.

    Raises:
        PipelineError: the training rows fall into fewer groups than there are folds.
    """
    if len(options.learning_rates) == len(options.dropouts) == 1:
        return []
    split = next(iter(finetune_data.tasks.values())).train
    try:
        return grouped_folds(split, options.folds, options.fold_rows, options.seeds[0])
    except PipelineError as error:
        raise PipelineError(f"{' and '.join(finetune_data.tasks)}: {error}") from None


def choose(
    finetune_data: FinetuneData, folds: Folds, options: Finetune, progress: Progress
) -> tuple[Hyperparameters, Scores]:
    """Choose what scores best on `folds`, and return it with the score of everything tried.

    First every learning rate is tried with the first dropout, then every other dropout with the best rate. A score is
    the primary metric, averaged over the folds and the joint tasks. Of equal rates the highest wins: scores tie where
    the folds are too small to learn anything, and a higher rate learns more on all rows. Without folds the only rate
    and dropout are returned, with no scores.

    Raises:
        DivergedError: training diverged at every rate.
    """
    first, *others = options.dropouts
    rates = [Hyperparameters(rate, first) for rate in sorted(options.learning_rates)]
    if not folds:
        return rates[0], {}
    scores = _try(rates, finetune_data, folds, options, progress)
    best = _best(scores)
    if best is None:
        raise DivergedError(
            f"{progress.label}: training diverged at every rate; lower evaluate.finetune.learning_rates"
        )
    more = [Hyperparameters(best.learning_rate, dropout) for dropout in others]
    scores |= _try(more, finetune_data, folds, options, progress)
    return _best(scores) or best, scores


def _best(scores: Scores) -> Hyperparameters | None:
    found = [(score, tried.learning_rate, tried) for tried, score in scores.items() if score is not None]
    return max(found, key=lambda each: each[:2])[2] if found else None


def _try(
    tried: list[Hyperparameters],
    finetune_data: FinetuneData,
    folds: Folds,
    options: Finetune,
    progress: Progress,
) -> Scores:
    runs = [Run(train, each, options.seeds[0]) for each in tried for train, _ in folds]
    models = fit(finetune_data, runs, options, progress)
    scores: Scores = {}
    for each in tried:
        own = list(islice(models, len(folds)))
        try:
            scores[each] = _score(finetune_data, folds, own, each, progress)
        except DivergedError:
            scores[each] = None
        result = "diverged" if scores[each] is None else f"scores {scores[each]:.4f}"
        log.info("%s: rate %g, dropout %g %s", progress.label, each.learning_rate, each.dropout, result)
    return scores


def _score(
    finetune_data: FinetuneData,
    folds: Folds,
    models: list[TaskModel | DivergedError],
    tried: Hyperparameters,
    progress: Progress,
) -> float:
    scores = []
    for (_, held_out), model in zip(folds, models, strict=True):
        if isinstance(model, DivergedError):
            raise model
        outputs = compute_outputs(model, finetune_data.evaluated, finetune_data.train, held_out)
        check_finite(float(outputs.sum()), tried.learning_rate, progress)
        for data, predicted in zip(finetune_data.tasks.values(), decode(finetune_data, outputs), strict=True):
            gold = gold_labels(data, data.train)[held_out]
            scores.append(task_scores(data, predicted, gold)[primary_metric(data)])
    return statistics.fmean(scores)
