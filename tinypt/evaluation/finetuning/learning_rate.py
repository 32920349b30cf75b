"""Choosing a model's learning rate on the training rows, the test split unread."""

import logging
import statistics

from tinypt.evaluation.finetuning.data import FinetuneData, predictions
from tinypt.evaluation.finetuning.folds import Rows, grouped_folds
from tinypt.evaluation.finetuning.train import DivergedError, answer, check_finite, fit
from tinypt.evaluation.scores.scoring import gold_labels, primary_metric, task_scores
from tinypt.params.evaluate import Finetune
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

log = logging.getLogger(__name__)


Folds = list[tuple[Rows, Rows]]  # training rows to learn from, and to score


def selection_folds(examples: FinetuneData, options: Finetune) -> Folds:
    """Folds of the training split that share no sentence; none where there is but one learning rate.

    Raises:
        PipelineError: the training rows have fewer groups than there are folds.
    """
    if len(options.learning_rates) == 1:
        return []
    split = next(iter(examples.tasks.values())).train
    try:
        return grouped_folds(split, options.folds, options.fold_rows, options.seeds[0])
    except PipelineError as error:
        raise PipelineError(f"{' and '.join(examples.tasks)}: {error}") from None


def choose_rate(
    examples: FinetuneData, folds: Folds, options: Finetune, progress: Progress
) -> tuple[float, dict[float, float | None]]:
    """The learning rate whose models score highest on `folds`, and every rate's score.

    A rate's score is the primary measure, averaged over the folds and over the tasks learnt jointly; it is None where
    training diverged. Of equal rates the highest is taken: rates come out equal where folds are too short for either
    to learn anything, and the higher one gets further. Without folds the only rate is taken as it is.

    Raises:
        DivergedError: training diverged at every rate.
    """
    if not folds:
        return options.learning_rates[0], {}
    scores: dict[float, float | None] = {}
    for rate in sorted(options.learning_rates):
        try:
            scores[rate] = _score(examples, folds, rate, options, progress)
        except DivergedError as error:
            scores[rate], diverged = None, error
        log.info("%s: at %g %s", progress.label, rate, "diverged" if scores[rate] is None else f"{scores[rate]:.4f}")
    found = {rate: score for rate, score in scores.items() if score is not None}
    if not found:
        raise diverged
    return max(found, key=lambda rate: (found[rate], rate)), scores


def _score(examples: FinetuneData, folds: Folds, rate: float, options: Finetune, progress: Progress) -> float:
    scores = []
    for train, held_out in folds:
        model = fit(examples, train, rate, options, options.seeds[0], progress)
        outputs = answer(model, examples.evaluated, examples.train, held_out)
        check_finite(float(outputs.sum()), rate, progress)
        for data, predicted in zip(examples.tasks.values(), predictions(examples, outputs), strict=True):
            gold = gold_labels(data, data.train)[held_out]
            scores.append(task_scores(data, predicted, gold)[primary_metric(data)])
    return statistics.fmean(scores)
