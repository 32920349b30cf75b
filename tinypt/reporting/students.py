"""The students one after the other: the settings each changes from the one before, and the effect on its scores."""

from collections.abc import Mapping
from typing import Any

from tinypt.reporting.comparisons import Comparisons, show_difference
from tinypt.reporting.parameters import changed_parameters
from tinypt.reporting.results import TASK_DISTILLATION, Results
from tinypt.reporting.tables import BLANK, Table, label

MAX_CHANGES = 6  # changed settings that a row lists


def students_table(results: Results, comparisons: Comparisons, students: Mapping[str, Any]) -> Table:
    """A row for each student in order: changed parameters and differences from the row above.

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
    header = ["student", "changes from the student above", "bits per character"]
    header += [f"{label(task)}, {label(protocol)}, {label(results.metrics(task)[0])}" for task, protocol in columns]
    rows = []
    names = results.students()
    for before, name in zip([None, *names], names, strict=False):
        shown = name.replace("_", " ")
        if before is None:
            rows.append([shown, "first", *[BLANK] * (1 + len(columns))])
            continue
        old, new = (results.bits_per_character(model) for model in (before, name))
        bits = BLANK if old is None or new is None else f"{new - old:+.3f}".replace("-", "−")
        cells = [show_difference(comparisons.find(task, protocol, name, before)) for task, protocol in columns]
        rows.append([shown, _changes(students.get(before), students.get(name)), bits, *cells])
    return Table("From student to student", header, rows, text=frozenset({0, 1}))


def _changes(before: Any, after: Any) -> str:
    changes = changed_parameters(before, after)
    listed = [f"{key.split('.', 1)[-1]}: {old} → {new}" for key, (old, new) in changes.items()]
    rest = [f"and {len(listed) - MAX_CHANGES} more"] if len(listed) > MAX_CHANGES else []
    return "; ".join([*listed[:MAX_CHANGES], *rest]) or "nothing"
