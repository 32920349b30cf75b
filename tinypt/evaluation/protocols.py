"""Every task by both protocols: what a model's metrics and its table of predictions hold."""

import logging
from dataclasses import dataclass
from typing import Any

from tinypt.evaluation.finetune import finetune, joint_groups
from tinypt.evaluation.frozen import frozen_scores
from tinypt.evaluation.scoring import Labels, summarise
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.tasks import TaskData
from tinypt.params.evaluate import Finetune

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TaskResults:
    """Of each task, by name: scores as metrics/<model>/evaluate.json has them, and predictions of the test split.

    metrics: `frozen`, `finetune`, and in `selection` the learning rate taken and each one's score (`at_<rate>`).
    predictions: columns as `predictions.write_predictions` takes them.
    """

    metrics: dict[str, dict[str, Any]]
    predictions: dict[str, dict[str, Labels]]


def task_results(subject: Subject, tasks: dict[str, TaskData], options: Finetune, seed: int) -> TaskResults:
    """Measure the model on `tasks`; `seed` draws the resamples of the intervals, fine-tuning has seeds of its own.

    Raises:
        PipelineError: the model's weights are damaged, training diverged, or tasks cannot be learnt jointly.
    """
    groups = joint_groups(tasks, options.joint)
    metrics: dict[str, dict[str, Any]] = {}
    predictions: dict[str, dict[str, Labels]] = {}
    for task, data in tasks.items():
        log.info("%s: %s, frozen", subject.name, task)
        scores, predicted = frozen_scores(subject, task, data, seed)
        metrics[task], predictions[task] = {"frozen": scores}, {"frozen": predicted}
    for number, group in enumerate(groups, start=1):
        log.info("%s: %s, fine-tuning, %d of %d", subject.name, " and ".join(group), number, len(groups))
        for task, tuned in finetune(subject, group, options).items():
            tried = {f"at_{rate:g}": score for rate, score in tuned.tried.items()}
            metrics[task]["finetune"] = summarise(group[task], tuned.predicted, seed)
            metrics[task]["selection"] = {"learning_rate": tuned.learning_rate} | tried
            for training_seed, predicted in zip(options.seeds, tuned.predicted, strict=True):
                predictions[task][f"finetune_{training_seed}"] = predicted
    return TaskResults(metrics, predictions)
