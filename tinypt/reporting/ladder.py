"""The sets one after the other: what each changes from the one before, and what that does."""

from collections.abc import Mapping
from typing import Any

from tinypt.reporting.comparisons import Comparisons, show_difference
from tinypt.reporting.results import TASK_DISTILLATION, Results
from tinypt.reporting.tables import BLANK, Table, label

MOST = 6  # changes that are spelt out


def ladder_table(results: Results, comparisons: Comparisons, students: Mapping[str, Any]) -> Table:
    """A row for each set in its order: changed parameters and differences from the row above.

    Args:
        results: of all models.
        comparisons: of all models; where one was not made, its cell stays blank.
        students: the section of params.yaml, set -> parameters.
    """
    columns = [
        (task, protocol)
        for task in results.tasks()
        for protocol in results.protocols(task)
        if protocol != TASK_DISTILLATION  # taught sets are not compared with one another
    ]
    header = ["set", "differs from the one above in", "bits per character"]
    header += [f"{label(task)}, {label(protocol)}, {label(results.metrics(task)[0])}" for task, protocol in columns]
    rows = []
    names = results.students()
    for before, name in zip([None, *names], names, strict=False):
        shown = name.replace("_", " ")
        if before is None:
            rows.append([shown, "the first", *[BLANK] * (1 + len(columns))])
            continue
        old, new = (results.bits_per_character(model) for model in (before, name))
        bits = BLANK if old is None or new is None else f"{new - old:+.3f}".replace("-", "−")
        cells = [show_difference(comparisons.find(task, protocol, name, before)) for task, protocol in columns]
        rows.append([shown, _changes(students.get(before), students.get(name)), bits, *cells])
    return Table("From set to set", header, rows, words=frozenset({0, 1}))


def leaves(part: Any, prefix: str = "") -> dict[str, str]:
    """Every value of nested parameters as text, under its dotted key, in order; a list is one value."""
    if not isinstance(part, Mapping):
        return {prefix: "null" if part is None else str(part)}
    found: dict[str, str] = {}
    for key, item in part.items():
        found |= leaves(item, f"{prefix}.{key}" if prefix else str(key))
    return found


def changed(before: Any, after: Any) -> dict[str, tuple[str, str]]:
    """Keys whose values differ, with the value before and after; BLANK where there is none."""
    old, new = leaves(before), leaves(after)
    keys = dict.fromkeys([*old, *new])
    return {
        key: (old.get(key, BLANK), new.get(key, BLANK)) for key in keys if old.get(key, BLANK) != new.get(key, BLANK)
    }


def _changes(before: Any, after: Any) -> str:
    told = [f"{key.split('.', 1)[-1]}: {old} → {new}" for key, (old, new) in changed(before, after).items()]
    rest = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
    return "; ".join([*told[:MOST], *rest]) or "nothing"
