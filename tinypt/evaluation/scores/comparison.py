"""Comparison of systems on a task, with intervals. A system is a model or a baseline.

Two systems are scored on the same resampled test rows and the same resampled training seeds (paired multi-bootstrap;
Sellam et al. 2022). Rows that are hard for both cancel out, so smaller differences can be detected than the intervals
of the two scores suggest. Intervals are 95 % percentile intervals without correction for multiple comparisons: of
twenty comparisons between equal systems, one is expected to show a difference.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tinypt.evaluation.scores.bootstrap import intervals
from tinypt.evaluation.scores.scoring import Labels, Values, gold_labels, primary_metric, resampled_means, task_scores
from tinypt.evaluation.tasks.table import TaskData

VERDICTS = ("better", "worse", "no difference shown")
TUNED, DISTILLED = "finetune_", "task_distillation_"  # the head follows
Entry = dict[str, float | str]
Comparisons = dict[str, dict[str, dict[str, Entry]]]  # protocol -> left -> right -> entry
Gaps = dict[str, dict[str, Entry]]  # protocol -> student -> entry


class Resampled:
    """A system's primary metric on a task's test split: the score, and its values on the resamples."""

    def __init__(self, data: TaskData, predicted: Labels, seed: int) -> None:
        """Score predictions [training seeds, rows]. `seed` draws the resamples; it must be the same for all systems."""
        metric, gold = primary_metric(data), gold_labels(data, data.test)
        self.score = float(np.mean([task_scores(data, row, gold)[metric] for row in predicted]))
        self.values: Values = resampled_means(data, predicted, seed)[metric]


def compare(left: Resampled, right: Resampled) -> Entry:
    """Compare two systems.

    Returns:
        `difference`, left - right; `low` and `high`, its interval; `verdict` on left: "better" or "worse" if the
        interval excludes zero, else "no difference shown".
    """
    low, high = _interval(left.values - right.values)
    verdict = VERDICTS[0] if low > 0 else VERDICTS[1] if high < 0 else VERDICTS[2]
    return {"difference": left.score - right.score, "low": low, "high": high, "verdict": verdict}


def gap_recovered(student: Resampled, untrained: Resampled, teacher: Resampled) -> Entry | None:
    """Share of the gap between the untrained model and the teacher that the student closes, with its interval.

    None if the teacher is not shown to be better than the untrained model: without a gap the ratio has no meaning.
    """
    if compare(teacher, untrained)["verdict"] != VERDICTS[0]:
        return None
    low, high = _interval((student.values - untrained.values) / (teacher.values - untrained.values))
    return {"value": (student.score - untrained.score) / (teacher.score - untrained.score), "low": low, "high": high}


def compare_all(systems: Mapping[str, Resampled], models: Iterable[str]) -> dict[str, dict[str, Entry]]:
    """Compare every model with every other system: left -> right -> entry.

    Args:
        systems: models and baselines of one task and protocol, by name.
        models: the names that belong to models.
    """
    return {
        left: {right: compare(systems[left], systems[right]) for right in systems if right != left} for left in models
    }


def compare_models(
    data: TaskData,
    models: Mapping[str, Mapping[str, Labels]],
    baselines: Mapping[str, Labels],
    students: Sequence[str],
    seed: int,
) -> tuple[Comparisons, Gaps]:
    """Compare all models on one task by every protocol.

    Students with task distillation are compared with all systems as fine-tuned with the same head, and with themselves
    as fine-tuned under the name `finetune_<head>`.

    Args:
        data: the task.
        models: predictions of the test split: model -> protocol -> [training seeds, rows]. Must include `teacher` and
            `untrained`. The teacher's protocols are compared, and all models must have them.
        baselines: predictions of the baselines, [1, rows] each.
        students: the models whose recovered gap is wanted.
        seed: of the resamples.

    Returns:
        The comparisons, and the gap recovered by each student (see `gap_recovered`; left out if None).
    """
    comparisons: Comparisons = {}
    gaps: Gaps = {}
    resampled_baselines = {name: Resampled(data, predicted, seed) for name, predicted in baselines.items()}
    for protocol in models["teacher"]:
        systems = {name: Resampled(data, predicted[protocol], seed) for name, predicted in models.items()}
        systems |= resampled_baselines
        comparisons[protocol] = compare_all(systems, models)
        gaps[protocol] = _gaps({name: systems[name] for name in students}, systems)
        after = DISTILLED + protocol.removeprefix(TUNED)
        distilled = {
            name: Resampled(data, predicted[after], seed) for name, predicted in models.items() if after in predicted
        }
        if distilled:
            comparisons[after] = {
                left: {protocol if right == left else right: compare(system, systems[right]) for right in systems}
                for left, system in distilled.items()
            }
            gaps[after] = _gaps(distilled, systems)
    return comparisons, gaps


def _gaps(students: Mapping[str, Resampled], systems: Mapping[str, Resampled]) -> dict[str, Entry]:
    gaps = {name: gap_recovered(one, systems["untrained"], systems["teacher"]) for name, one in students.items()}
    return {name: gap for name, gap in gaps.items() if gap is not None}


def _interval(values: Values) -> tuple[float, float]:
    bounds = intervals({"of": values})
    return bounds["of_low"], bounds["of_high"]
