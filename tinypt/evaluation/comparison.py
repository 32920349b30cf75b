"""Which of two systems is better on a task, and how sure that is.

Both are scored on the same resampled test rows and the same resampled training seeds (paired multi-bootstrap;
Sellam et al. 2022): what makes a row hard for both cancels out, so that much smaller differences can be told than the
intervals of the two scores suggest. Intervals are percentile intervals of 95 %, each by itself: among twenty
comparisons of equals one is expected to come out as a difference.
"""

from collections.abc import Mapping

import numpy as np

from tinypt.evaluation.scoring import Labels, Values, gold_labels, primary_measure, resampled_means, task_scores
from tinypt.evaluation.statistics import intervals
from tinypt.evaluation.tasks import TaskData

VERDICTS = ("better", "worse", "no difference shown")
Entry = dict[str, float | str]


class Resampled:
    """Primary measure of one system on a task's test split: the score, and its values on the resamples."""

    def __init__(self, data: TaskData, predicted: Labels, seed: int) -> None:
        """Score predictions [training seeds, rows] on resamples drawn by `seed`, the same for all systems of a task."""
        measure, gold = primary_measure(data), gold_labels(data, data.test)
        self.score = float(np.mean([task_scores(data, row, gold)[measure] for row in predicted]))
        self.values: Values = resampled_means(data, predicted, seed)[measure]


def compare(left: Resampled, right: Resampled) -> Entry:
    """`difference` left - right with its interval (`low`, `high`), and a `verdict` on left.

    "better" or "worse" where the interval excludes zero, else "no difference shown".
    """
    low, high = _interval(left.values - right.values)
    verdict = VERDICTS[0] if low > 0 else VERDICTS[1] if high < 0 else VERDICTS[2]
    return {"difference": left.score - right.score, "low": low, "high": high, "verdict": verdict}


def gap_recovered(student: Resampled, floor: Resampled, teacher: Resampled) -> Entry | None:
    """Share of the way from the floor to the teacher that the student has gone, with its interval.

    None where the teacher is not shown to be better than the floor: then there is no gap, and a ratio to it says
    nothing.
    """
    if compare(teacher, floor)["verdict"] != VERDICTS[0]:
        return None
    low, high = _interval((student.values - floor.values) / (teacher.values - floor.values))
    return {"value": (student.score - floor.score) / (teacher.score - floor.score), "low": low, "high": high}


def compare_all(
    systems: Mapping[str, Resampled], models: list[str], students: list[str]
) -> dict[str, dict[str, Entry]]:
    """Every student against every other system, and every other model against the systems that are no models.

    Args:
        systems: models and floors of one task and protocol, by name.
        models: names of those that are models.
        students: names of the models that are students.

    Returns:
        left -> right -> what `compare` says of left.
    """
    found: dict[str, dict[str, Entry]] = {}
    for left in models:
        rivals = [name for name in systems if name != left and (left in students or name not in models)]
        found[left] = {right: compare(systems[left], systems[right]) for right in rivals}
    return found


def _interval(values: Values) -> tuple[float, float]:
    bounds = intervals({"of": values})
    return bounds["of_low"], bounds["of_high"]
