"""The metrics of all models as one structure: references, sets, tasks, floors and the gap each set closes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.errors import PipelineError
from tinypt.files import read_json

REFERENCES = ("teacher", "base", "floor")
PROTOCOLS = ("frozen", "finetune")
SPREAD = ("_sd", "_low", "_high")  # ends of keys that say how sure the score beside them is
PRIMARY = ("pearson", "f1")  # what a task is judged by, the first of these that it has
Scores = Mapping[str, Any]


@dataclass(frozen=True)
class Results:
    """Everything the tables and pictures are made of.

    models: content of evaluate.json by model, references first, then the sets in the order of params.yaml.
    distill: content of distill.json by set. tasks: content of metrics/tasks.json, by task.
    """

    models: Mapping[str, Scores]
    distill: Mapping[str, Scores]
    tasks: Mapping[str, Scores]

    def task_names(self) -> list[str]:
        """Names of the tasks, in the order of the evaluation."""
        names = [name for scores in self.models.values() for name, part in scores.items() if is_task(part)]
        return list(dict.fromkeys(names))

    def floors(self, task: str) -> dict[str, Scores]:
        """Scores that need no model, by the name of the floor."""
        return dict(self.tasks.get(task, {}).get("floors", {}))


def read_results(metrics: Path, sets: Iterable[str]) -> Results:
    """Read metrics/tasks.json and the metrics of the references and of `sets`; whatever else lies there is left alone.

    Raises:
        PipelineError: a file is missing or is not what the stage writes; the message names the stage to run.
    """
    sets = list(sets)
    evaluated = {name: f"reference@{name}" for name in REFERENCES} | {name: f"evaluate@{name}" for name in sets}
    return Results(
        models={name: read_metrics(metrics / name / "evaluate.json", stage) for name, stage in evaluated.items()},
        distill={name: read_metrics(metrics / name / "distill.json", f"distill@{name}") for name in sets},
        tasks=read_metrics(metrics / "tasks.json", "tasks"),
    )


def read_metrics(path: Path, stage: str) -> Scores:
    """Content of a metrics file written by `stage`.

    Raises:
        PipelineError: it is missing or is no mapping.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; run `dvc repro {stage}`, which writes it")
    content = read_json(path)
    if not isinstance(content, dict):
        raise PipelineError(f"{path}: must hold a mapping of metrics; run `dvc repro {stage}` again")
    return content


def is_task(part: object) -> bool:
    """Whether an entry of evaluate.json is a task's: one that has been measured by a protocol."""
    return isinstance(part, Mapping) and any(protocol in part for protocol in PROTOCOLS)


def number(scores: object, *keys: str) -> float | int | None:
    """The number found by following `keys` into nested mappings; None where there is none."""
    for key in keys:
        scores = scores.get(key) if isinstance(scores, Mapping) else None
    return scores if isinstance(scores, int | float) and not isinstance(scores, bool) else None


def value(scores: Scores, task: str, protocol: str, metric: str) -> float | int | None:
    """One score of a model: the metric itself, or its mean over seeds."""
    part = scores.get(task, {}).get(protocol, {})
    single = number(part, metric)
    return number(part, f"{metric}_mean") if single is None else single


def metrics_of(results: Results, task: str) -> list[str]:
    """What a task is measured in, primary metric first: names without _mean; counts and what is in SPREAD left out."""
    found: dict[str, None] = {}
    for scores in results.models.values():
        for protocol in PROTOCOLS:
            for name, score in scores.get(task, {}).get(protocol, {}).items():
                if isinstance(score, float) and not name.endswith(SPREAD):
                    found[name.removesuffix("_mean")] = None
    return sorted(found, key=lambda name: PRIMARY.index(name) if name in PRIMARY else len(PRIMARY))


def gap_recovered(results: Results, model: str, task: str, protocol: str, metric: str) -> float | None:
    """Share of the way from the floor to the teacher that `model` has gone: (model - floor) / (teacher - floor).

    The floor is the student's architecture from random weights. None where a score is missing, for teacher
    and floor themselves, and where the teacher is no better than the floor: then there is no gap to recover.
    """
    own, low, high = (value(results.models[name], task, protocol, metric) for name in (model, "floor", "teacher"))
    if model in ("floor", "teacher") or own is None or low is None or high is None or high - low <= 0:
        return None
    return (own - low) / (high - low)


def flatten(part: object, prefix: str = "") -> dict[str, float | int]:
    """Numbers of nested mappings under their dotted keys, in order."""
    if not isinstance(part, Mapping):
        found = number(part)
        return {} if found is None else {prefix: found}
    items: dict[str, float | int] = {}
    for key, item in part.items():
        items |= flatten(item, f"{prefix}.{key}" if prefix else str(key))
    return items
