"""The metrics of all models as one structure: references, sets, tasks and baselines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.files import read_json
from tinypt.runtime.errors import PipelineError

REFERENCES = ("teacher", "base", "untrained")
DISTILLED = "task_distillation"  # fine-tuned on the fine-tuned teacher's answers; of some sets only
PROTOCOLS = ("frozen", "finetune", DISTILLED)
SPREAD = ("_sd", "_low", "_high")  # ends of keys that say how sure the score beside them is
PRIMARY = ("pearson", "f1")  # what a task is judged by, the first of these that it has
LESS_IS_BETTER = ("mse", "loss", "bits_per_character")
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

    def sets(self) -> list[str]:
        """Names of the parameter sets, in the order of params.yaml."""
        return [name for name in self.models if name not in REFERENCES]

    def task_names(self) -> list[str]:
        """Names of the tasks, in the order of the evaluation."""
        names = [name for scores in self.models.values() for name, part in scores.items() if is_task(part)]
        return list(dict.fromkeys(names))

    def baselines(self, task: str) -> dict[str, Scores]:
        """Scores that need no model, by the name of the untrained."""
        return dict(self.tasks.get(task, {}).get("baselines", {}))


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


def protocols_of(results: Results, task: str) -> list[str]:
    """The protocols by which any model was measured on a task."""
    return [name for name in PROTOCOLS if any(name in scores.get(task, {}) for scores in results.models.values())]


def metrics_of(results: Results, task: str) -> list[str]:
    """What a task is measured in, primary metric first: names without _mean; counts and what is in SPREAD left out."""
    found: dict[str, None] = {}
    for scores in results.models.values():
        for protocol in PROTOCOLS:
            for name, score in scores.get(task, {}).get(protocol, {}).items():
                if isinstance(score, float) and not name.endswith(SPREAD):
                    found[name.removesuffix("_mean")] = None
    return sorted(found, key=lambda name: PRIMARY.index(name) if name in PRIMARY else len(PRIMARY))


def interval(scores: Scores, task: str, protocol: str, metric: str) -> tuple[float, float] | None:
    """How sure a score is: its 95 % interval, or one standard deviation over several seeds about their mean."""
    part = scores.get(task, {}).get(protocol, {})
    low, high = number(part, f"{metric}_low"), number(part, f"{metric}_high")
    if low is not None and high is not None:
        return low, high
    mean, deviation, seeds = (number(part, key) for key in (f"{metric}_mean", f"{metric}_sd", "seeds"))
    if mean is None or deviation is None or seeds == 1:
        return None
    return mean - deviation, mean + deviation


def bits_per_character(scores: Scores) -> float | int | None:
    """What held-out text costs a model, in bits; of all measures of its language the one that tokenizers share."""
    return number(scores, "words", "bits_per_character")


def flatten(part: object, prefix: str = "") -> dict[str, float | int]:
    """Numbers of nested mappings under their dotted keys, in order."""
    if not isinstance(part, Mapping):
        found = number(part)
        return {} if found is None else {prefix: found}
    items: dict[str, float | int] = {}
    for key, item in part.items():
        items |= flatten(item, f"{prefix}.{key}" if prefix else str(key))
    return items
