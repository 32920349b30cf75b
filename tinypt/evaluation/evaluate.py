"""Evaluation of one model on all tasks by every protocol: frozen, and for each head finetune and task_distillation."""

import dataclasses
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.evaluation.finetuning.finetune import Finetuned, finetune, finetune_on_soft_labels, joint_groups
from tinypt.evaluation.finetuning.task_distillation import read_soft_labels, soft_labels_path
from tinypt.evaluation.frozen import frozen_scores
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.predictions import write_predictions
from tinypt.evaluation.scores.scoring import Labels, primary_metric, summarise
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.evaluate import Evaluate, Head

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TaskResults:
    """Results of one model.

    metrics: for each task, as in metrics/<model>/evaluate.json: scores by protocol (`frozen`, `finetune_<head>`,
        `task_distillation_<head>`), and under `selection_<head>` the chosen `learning_rate` and `dropout`, and the
        score of each pair that was tried (`at_<rate>_dropout_<dropout>`).
    predictions: for each task, predictions of the test split as `write_predictions` takes them.
    """

    metrics: dict[str, dict[str, Any]]
    predictions: dict[str, dict[str, Labels]]


def evaluate_tasks(
    evaluated: EvaluatedModel, tasks: dict[str, TaskData], options: Evaluate, seed: int, soft_labels: Path
) -> TaskResults:
    """Evaluate the model on `tasks`.

    Args:
        evaluated: the model.
        tasks: the tasks by name.
        options: the `evaluate` parameters.
        seed: of the bootstrap. Fine-tuning has its own seeds.
        soft_labels: data/soft_labels, which students with task distillation read.

    Raises:
        PipelineError: the model's weights are damaged, training diverged, tasks cannot be learnt jointly, or soft
            labels are missing.
    """
    groups = joint_groups(tasks, options.finetune.joint)
    results = TaskResults({}, {})
    for task, data in tasks.items():
        log.info("%s: %s, frozen", evaluated.name, task)
        scores, predicted = frozen_scores(evaluated, task, data, seed)
        results.metrics[task], results.predictions[task] = {"frozen": scores}, {"frozen": predicted}
    for number, group in enumerate(groups, start=1):
        for head in options.finetune.heads:
            names = " and ".join(group)
            log.info("%s: %s, fine-tuning, %s head, %d of %d", evaluated.name, names, head, number, len(groups))
            _finetune(results, evaluated, head, group, options, seed, soft_labels)
    return results


def _finetune(
    results: TaskResults,
    evaluated: EvaluatedModel,
    head: Head,
    group: dict[str, TaskData],
    options: Evaluate,
    seed: int,
    soft_labels: Path,
) -> None:
    """Fine-tune with one head on one group of tasks, and add everything found to `results`."""
    tuning, distillation = options.finetune, options.task_distillation
    tuned = finetune(evaluated, head, group, tuning)
    _add(results, f"finetune_{head}", group, tuned, tuning.seeds, seed)
    for task in group:
        tried = {f"at_{each.learning_rate:g}_dropout_{each.dropout:g}": score for each, score in tuned.scores.items()}
        results.metrics[task][f"selection_{head}"] = dataclasses.asdict(tuned.chosen) | tried
    if distillation and evaluated.name in distillation.students:
        labels = read_soft_labels(group, soft_labels_path(soft_labels, group))
        tuned = finetune_on_soft_labels(evaluated, head, group, tuning, tuned.chosen, labels, distillation)
        _add(results, f"task_distillation_{head}", group, tuned, tuning.seeds, seed)


def write_results(tasks: dict[str, TaskData], results: TaskResults, folder: Path) -> None:
    """Write the predictions to folder/<task>.parquet."""
    for task, data in tasks.items():
        write_predictions(data, results.predictions[task], folder / f"{task}.parquet")


def model_scores(metrics: Mapping[str, Any], tasks: dict[str, TaskData], head: Head, parameters: int) -> dict[str, Any]:
    """The few numbers of a model that are a DVC metric.

    Args:
        metrics: of all parts, as in metrics/<model>/evaluate.json.
        tasks: the tasks by name.
        head: the head whose fine-tuned scores are taken.
        parameters: of the model.

    Returns:
        mlm_loss (nats a masked piece), word_accuracy (0 to 1), bits_per_character, parameters; and for each task the
        primary metric, `frozen` and `finetuned`.
    """
    scores: dict[str, Any] = {
        "mlm_loss": metrics["mlm"]["loss"],
        "word_accuracy": metrics["words"]["accuracy"],
        "bits_per_character": metrics["words"]["bits_per_character"],
        "parameters": parameters,
    }
    for task, data in tasks.items():
        primary, found = primary_metric(data), metrics[task]
        scores[task] = {"frozen": found["frozen"][primary], "finetuned": found[f"finetune_{head}"][f"{primary}_mean"]}
    return scores


def _add(
    results: TaskResults, protocol: str, group: dict[str, TaskData], tuned: Finetuned, seeds: Iterable[int], seed: int
) -> None:
    """Add the scores and predictions of fine-tuned models to `results`; `seeds` are the training seeds."""
    for task, predictions in tuned.predictions.items():
        results.metrics[task][protocol] = summarise(group[task], predictions, seed)
        for training_seed, predicted in zip(seeds, predictions, strict=True):
            results.predictions[task][f"{protocol}_{training_seed}"] = predicted
