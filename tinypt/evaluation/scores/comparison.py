"""Which of two systems is better on a task, and how sure that is.

Both are scored on the same resampled test rows and the same resampled training seeds (paired multi-bootstrap;
Sellam et al. 2022): what makes a row hard for both cancels out, so that much smaller differences can be told than the
intervals of the two scores suggest. Intervals are percentile intervals of 95 %, each by itself: among twenty
comparisons of equals one is expected to come out as a difference.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from tinypt.evaluation.scores.bootstrap import intervals
from tinypt.evaluation.scores.scoring import Labels, Values, gold_labels, primary_metric, resampled_means, task_scores
from tinypt.evaluation.tasks.table import TaskData

VERDICTS = ("better", "worse", "no difference shown")
Entry = dict[str, float | str]


class Resampled:
    """Primary measure of one system on a task's test split: the score, and its values on the resamples."""

    def __init__(self, data: TaskData, predicted: Labels, seed: int) -> None:
        """Score predictions [training seeds, rows] on resamples drawn by `seed`, the same for all systems of a task."""
        measure, gold = primary_metric(data), gold_labels(data, data.test)
        self.score = float(np.mean([task_scores(data, row, gold)[measure] for row in predicted]))
        self.values: Values = resampled_means(data, predicted, seed)[measure]


def compare(left: Resampled, right: Resampled) -> Entry:
    """`difference` left - right with its interval (`low`, `high`), and a `verdict` on left.

    "better" or "worse" where the interval excludes zero, else "no difference shown".
    """
    low, high = _interval(left.values - right.values)
    verdict = VERDICTS[0] if low > 0 else VERDICTS[1] if high < 0 else VERDICTS[2]
    return {"difference": left.score - right.score, "low": low, "high": high, "verdict": verdict}


def gap_recovered(student: Resampled, untrained: Resampled, teacher: Resampled) -> Entry | None:
    """Share of the way from the untrained to the teacher that the student has gone, with its interval.

    None where the teacher is not shown to be better than the untrained: then there is no gap, and a ratio to it says
    nothing.
    """
    if compare(teacher, untrained)["verdict"] != VERDICTS[0]:
        return None
    low, high = _interval((student.values - untrained.values) / (teacher.values - untrained.values))
    return {"value": (student.score - untrained.score) / (teacher.score - untrained.score), "low": low, "high": high}


def compare_all(systems: Mapping[str, Resampled], models: Iterable[str]) -> dict[str, dict[str, Entry]]:
    """What `compare` says of every model and every other system: left -> right -> entry.

    Args:
        systems: models and baselines of one task and protocol, by name.
        models: names of those that are models.
    """
    return {
        left: {right: compare(systems[left], systems[right]) for right in systems if right != left} for left in models
    }


def _interval(values: Values) -> tuple[float, float]:
    bounds = intervals({"of": values})
    return bounds["of_low"], bounds["of_high"]
