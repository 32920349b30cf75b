"""Students that differ little: their settings, and the effect on their scores."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from tinypt.reporting.comparisons import Comparisons, show_difference
from tinypt.reporting.parameters import changed_parameters
from tinypt.reporting.results import TASK_DISTILLATION, Results
from tinypt.reporting.tables import BLANK, Table, label, signed

MAX_CHANGES = 2  # settings in which two students differ; with more, no effect belongs to one of them


def students_table(results: Results, comparisons: Comparisons, students: Mapping[str, Any]) -> Table:
    """A row for each pair of students that differ in at most MAX_CHANGES settings, the later one minus the earlier one.

    Args:
        results: of all models.
        comparisons: of all models; a cell stays blank where a comparison is missing.
        students: the section of params.yaml, student -> parameters.
    """
    columns = [
        (task, protocol)
        for task in results.tasks()
        for protocol in results.protocols(task)
        if protocol not in TASK_DISTILLATION  # task-distilled students are not compared with one another
    ]
    header = ["student", "differs from", "in", "bits per character"]
    header += [f"{label(task)}, {label(protocol)}, {label(results.metrics(task)[0])}" for task, protocol in columns]
    rows = []
    for before, name in combinations(results.students(), 2):
        changes = changed_parameters(students.get(before), students.get(name))
        if len(changes) > MAX_CHANGES:
            continue
        listed = (f"{key.split('.', 1)[-1]}: {old} → {new}" for key, (old, new) in changes.items())
        old, new = (results.bits_per_character(model) for model in (before, name))
        bits = BLANK if old is None or new is None else signed(new - old)
        cells = [show_difference(comparisons.find(task, protocol, name, before)) for task, protocol in columns]
        rows.append([label(name), label(before), "; ".join(listed) or "nothing", bits, *cells])
    return Table("From student to student", header, rows, text=frozenset({0, 1, 2}))
