"""The metrics of all models as one table of numbers, from which the report and the model cards select."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tinypt.files import flatten, read_metrics
from tinypt.params.evaluate import HEADS
from tinypt.params.loader import REFERENCES

FINETUNE = tuple(f"finetune_{head}" for head in HEADS)
TASK_DISTILLATION = tuple(f"task_distillation_{head}" for head in HEADS)  # on soft labels; of some students only
PROTOCOLS = ("frozen", *FINETUNE, *TASK_DISTILLATION)
BASELINE = "baseline"  # the protocol of scores that need no neural network
SPREAD = ("_sd", "_low", "_high")  # endings of keys that give the uncertainty of another number
PRIMARY = ("pearson", "f1")  # a task's primary metric is the first of these that it has; more is better
Number = float | int


class Key(NamedTuple):
    """Identifies one number: `metric` of `model` on `measurement` by `protocol`.

    model: or the name of a baseline. measurement: a task, or another section of evaluate.json (mlm, words).
    protocol: one of PROTOCOLS, BASELINE, or "" outside the tasks. metric: as in the file, dotted where it is nested.
    """

    model: str
    measurement: str
    protocol: str
    metric: str


@dataclass(frozen=True)
class Score:
    """A value and its uncertainty; low and high are None where it is unknown.

    low, high: bounds of the 95 % interval, or, where `deviation` is true, one standard deviation over several
    training seeds below and above the mean.
    """

    value: Number
    low: float | None = None
    high: float | None = None
    deviation: bool = False


@dataclass(frozen=True)
class Results:
    """The metrics of all models.

    models: their names, references first, then the students in the order of params.yaml.
    numbers: every number of metrics/<model>/evaluate.json, in the order of the files, then those of the baselines.
    training: student -> dotted key -> number of metrics/<student>/distill.json.
    """

    models: Sequence[str]
    numbers: Mapping[Key, Number]
    training: Mapping[str, Mapping[str, Number]]

    def students(self) -> list[str]:
        """Names of the students, in the order of params.yaml."""
        return [name for name in self.models if name not in REFERENCES]

    def tasks(self) -> list[str]:
        """Names of the tasks, in the order of the evaluation."""
        return list(dict.fromkeys(key.measurement for key in self.numbers if key.protocol in PROTOCOLS))

    def measurements(self, model: str) -> list[str]:
        """The tasks and other sections that a model was measured on, in the order of the evaluation."""
        return list(dict.fromkeys(key.measurement for key in self.numbers if key.model == model))

    def baselines(self, task: str) -> list[str]:
        """Names of a task's baselines."""
        keys = (key for key in self.numbers if key.measurement == task and key.protocol == BASELINE)
        return list(dict.fromkeys(key.model for key in keys))

    def protocols(self, task: str) -> list[str]:
        """The protocols by which at least one model was measured on a task."""
        found = {key.protocol for key in self.numbers if key.measurement == task}
        return [protocol for protocol in PROTOCOLS if protocol in found]

    def metrics(self, task: str) -> list[str]:
        """A task's metrics, the primary one first: names without _mean; counts and uncertainties are left out."""
        keys = (key for key in self.numbers if key.measurement == task and key.protocol in PROTOCOLS)
        names = [key.metric for key in keys if isinstance(self.numbers[key], float) and not key.metric.endswith(SPREAD)]
        found = dict.fromkeys(name.removesuffix("_mean") for name in names)
        return sorted(found, key=lambda name: PRIMARY.index(name) if name in PRIMARY else len(PRIMARY))

    def language_metrics(self) -> list[tuple[str, str]]:
        """(section, metric) of every measurement that is not a task's; counts are left out."""
        tasks = self.tasks()
        keys = (key for key, number in self.numbers.items() if key.protocol == "" and isinstance(number, float))
        return list(dict.fromkeys((key.measurement, key.metric) for key in keys if key.measurement not in tasks))

    def bits_per_character(self, model: str) -> Number | None:
        """Bits a model needs per character of held-out text.

        Of the language metrics, only this one compares across tokenizers.
        """
        return self.numbers.get(Key(model, "words", "", "bits_per_character"))

    def score(self, model: str, task: str, protocol: str, metric: str) -> Score | None:
        """A score with its uncertainty, as a mean where there are training seeds; None if not measured."""

        def find(name: str) -> Number | None:
            return self.numbers.get(Key(model, task, protocol, name))

        mean = find(f"{metric}_mean")
        value = mean if (single := find(metric)) is None else single
        if value is None:
            return None
        low, high, deviation = (find(f"{metric}{end}") for end in ("_low", "_high", "_sd"))
        if low is not None and high is not None:
            return Score(value, low, high)
        if mean is None or deviation is None or find("seeds") == 1:
            return Score(value)
        return Score(value, mean - deviation, mean + deviation, deviation=True)

    def values(self, models: Iterable[str], task: str, protocol: str, metric: str) -> dict[str, Number]:
        """Model -> value of a score, without the models that were not measured."""
        scores = {model: self.score(model, task, protocol, metric) for model in models}
        return {model: score.value for model, score in scores.items() if score is not None}

    def best(self, names: Iterable[str], task: str, protocol: str) -> str | None:
        """The one of `names`, models or baselines, with the highest primary metric; None if none was measured."""
        values = self.values(names, task, protocol, self.metrics(task)[0])
        return max(values, key=lambda name: values[name]) if values else None


def read_results(metrics: Path, students: Iterable[str], tasks: Iterable[str]) -> Results:
    """Read metrics/tasks.json and the metrics of the references and of `students`; other files are ignored.

    Raises:
        PipelineError: a file is missing or damaged; the message names the stage to run.
    """
    students, tasks = list(students), list(tasks)
    stages = {name: f"reference@{name}" for name in REFERENCES} | {name: f"evaluate@{name}" for name in students}
    evaluations = {name: read_evaluation(metrics, name, stage, tasks) for name, stage in stages.items()}
    training = {name: read_training(metrics, name) for name in students}
    baselines = read_metrics(metrics / "tasks.json", "tasks", [f"{task}.baselines" for task in tasks])
    return tabulate(evaluations, training, {task: baselines[task] for task in tasks})


def read_evaluation(metrics: Path, model: str, stage: str, tasks: Iterable[str]) -> dict[str, Any]:
    """Content of metrics/<model>/evaluate.json, which must have language metrics and scores of all `tasks`.

    Raises:
        PipelineError: as `read_metrics`.
    """
    needed = ["mlm.loss", "words.bits_per_character", *(f"{task}.frozen" for task in tasks)]
    return read_metrics(metrics / model / "evaluate.json", stage, needed)


def read_training(metrics: Path, student: str) -> dict[str, Any]:
    """Content of metrics/<student>/distill.json.

    Raises:
        PipelineError: as `read_metrics`.
    """
    return read_metrics(metrics / student / "distill.json", f"distill@{student}", ["validation_mlm"])


def tabulate(
    evaluations: Mapping[str, Mapping[str, Any]],
    training: Mapping[str, Mapping[str, Any]],
    tasks: Mapping[str, Mapping[str, Any]],
) -> Results:
    """Results from the contents of evaluate.json by model, of distill.json by student, and of tasks.json."""
    numbers: dict[Key, Number] = {}
    for model, evaluation in evaluations.items():
        for measurement, part in evaluation.items():
            for name, number in flatten(part).items():
                first, _, rest = name.partition(".")
                protocol, metric = (first, rest) if first in PROTOCOLS else ("", name)
                numbers[Key(model, measurement, protocol, metric)] = number
    for task, part in tasks.items():
        for baseline, scores in part.get("baselines", {}).items():
            for metric, number in flatten(scores).items():
                numbers[Key(baseline, task, BASELINE, metric)] = number
    return Results(list(evaluations), numbers, {name: flatten(content) for name, content in training.items()})
