"""The evaluation of a model in parts, kept until an input of theirs changes: held-out text, and each group of tasks.

A new task is then evaluated alone, and a killed evaluation goes on with the next part. The soft labels of each group
of tasks are such a part, too. Parts are kept under .cache/evaluations/<name>/, named by a fingerprint of the model,
the tables, the parameters and the code.
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from tinypt.evaluation.evaluate import evaluate_tasks, write_results
from tinypt.evaluation.finetuning.finetune import finetune, joint_groups
from tinypt.evaluation.finetuning.task_distillation import (
    SoftLabels,
    soft_labels_path,
    transfer_texts,
    write_soft_labels,
)
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.scoring import summarise
from tinypt.evaluation.tasks.table import SPLITS, read_tasks
from tinypt.files import (
    CHECKSUMS,
    fingerprint,
    read_json,
    remove_others,
    sealed_path,
    source_files,
    verify,
    work_folder,
    write_json,
)
from tinypt.params.evaluate import Evaluate
from tinypt.runtime.errors import PipelineError

METRICS, KEY = "metrics.json", "key"  # of one part, in its folder
CODE = ("evaluation", "modeling", "tokens")  # folders of tinypt/ on which scores depend
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One part of an evaluation.

    title: for the log. key: depends on every input of `work`. work: writes metrics.json and predictions into a folder.
    """

    title: str
    key: str
    work: Callable[[Path], None]


def make_part(title: str, values: Any, inputs: list[Path], work: Callable[[Path], None]) -> Part:
    """A part whose key depends on `values`, on every byte of `inputs`, and on the code.

    Raises:
        PipelineError: an input does not exist.
    """
    return Part(title, fingerprint([title, values], [*inputs, *source_files(*CODE)]), work)


def task_parts(
    evaluated: EvaluatedModel, model: Path, tasks: Path, options: Evaluate, seed: int, soft_labels: Path
) -> list[Part]:
    """One part for each group of tasks that are learnt together, which is mostly one task.

    Args:
        evaluated: the model that is loaded from `model`.
        model: the folder of the model.
        tasks: data/tasks.
        options: the `evaluate` parameters.
        seed: of the bootstrap.
        soft_labels: data/soft_labels, which students with task distillation read.

    Raises:
        PipelineError: a task cannot be read or learnt jointly.
    """
    name, parts, distillation = evaluated.name, [], options.task_distillation
    for group in joint_groups(read_tasks(tasks), options.finetune.joint):
        joint = (tuple(group),) if len(group) > 1 else ()
        own = replace(options, finetune=replace(options.finetune, joint=joint))
        inputs = [model, *(tasks / task / f"{split}.parquet" for task in group for split in SPLITS)]
        if distillation and name in distillation.students:
            labels = soft_labels_path(soft_labels, group)
            inputs += [labels] if labels.exists() else []  # `work` says that it is missing
        values = [name, seed, own.max_length, own.finetune, distillation]
        work = partial(_evaluate_group, evaluated, group, own, seed, soft_labels)
        parts.append(make_part(" and ".join(group), values, inputs, work))
    return parts


def soft_label_parts(evaluated: EvaluatedModel, model: Path, tasks: Path, options: Evaluate, seed: int) -> list[Part]:
    """One part for each group of tasks: fine-tune the teacher of task distillation, and let it label transfer texts.

    It is fine-tuned with the first head. Arguments as in `task_parts`; the seed is also that of the transfer texts.

    Raises:
        PipelineError: a task cannot be read or learnt jointly.
    """
    parts = []
    for group in joint_groups(read_tasks(tasks), options.finetune.joint):
        inputs = [model, *(tasks / task / f"{split}.parquet" for task in group for split in SPLITS)]
        values = ["soft labels", evaluated.name, seed, options.max_length, options.finetune, options.task_distillation]
        work = partial(_label_group, evaluated, group, options, seed)
        parts.append(make_part(" and ".join(group), values, inputs, work))
    return parts


def finish(name: str, parts: list[Part]) -> list[Path]:
    """The folders of all parts of the model `name`: those kept from an earlier run, and the others evaluated now.

    If all are kept, nothing that they depend on has changed, so the run was forced (`dvc repro -f`): all are evaluated
    again. Parts that are no longer asked for are removed.
    """
    folder = work_folder("evaluations", name)
    kept = {part.key for part in parts if (folder / part.key).exists() and _is_whole(folder / part.key)}
    if len(kept) == len(parts):
        kept = set()
    remove_others(folder, kept)
    for part in parts:
        if part.key in kept:
            log.info("%s: %s, as evaluated before (%s)", name, part.title, folder / part.key)
            continue
        with sealed_path(folder / part.key) as temporary:
            temporary.mkdir()
            (temporary / KEY).write_text(part.key, encoding="ascii")
            part.work(temporary)
    return [folder / part.key for part in parts]


def _is_whole(path: Path) -> bool:
    """Whether a folder holds the part of its name as it was evaluated here, undamaged and without other files."""
    try:
        if not (path / CHECKSUMS).is_file():
            raise PipelineError(f"{path / CHECKSUMS}: no such file")
        verify(path)
        if (path / KEY).read_bytes() != path.name.encode():
            raise PipelineError(f"{path / KEY}: names another part")
    except (PipelineError, FileNotFoundError) as error:
        log.warning("%s: evaluated again (%s)", path, error)
        return False
    return True


def collect(folders: list[Path], predictions: Path) -> dict[str, Any]:
    """Copy the predictions of all parts to the folder `predictions`, and return the metrics of all, tasks by name."""
    metrics: dict[str, Any] = {}
    with sealed_path(predictions) as temporary:
        temporary.mkdir()
        for folder in folders:
            others = shutil.ignore_patterns(METRICS, KEY, CHECKSUMS)
            shutil.copytree(folder, temporary, ignore=others, dirs_exist_ok=True)
            metrics |= read_json(folder / METRICS)
    return metrics


def _evaluate_group(
    evaluated: EvaluatedModel, group: dict[str, Any], options: Evaluate, seed: int, soft_labels: Path, folder: Path
) -> None:
    results = evaluate_tasks(evaluated, group, options, seed, soft_labels)
    write_results(group, results, folder)
    write_json(folder / METRICS, results.metrics)


def _label_group(evaluated: EvaluatedModel, group: dict[str, Any], options: Evaluate, seed: int, folder: Path) -> None:
    assert options.task_distillation
    transfer = transfer_texts(group, options.task_distillation.recombined, seed)
    tuned = finetune(evaluated, options.finetune.heads[0], group, options.finetune, transfer)
    write_soft_labels(SoftLabels(transfer, tuned.transfer_outputs), soft_labels_path(folder, group))
    scores = {task: summarise(group[task], predictions, seed) for task, predictions in tuned.predictions.items()}
    write_json(folder / METRICS, scores)
