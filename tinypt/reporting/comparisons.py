"""Paired comparisons of models, and the share of the gap to the teacher that each student recovers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tinypt.files import flatten, read_metrics
from tinypt.reporting.results import TASK_DISTILLATION, Key, Results, Score
from tinypt.reporting.tables import BLANK, Table, label, signed
from tinypt.runtime.errors import PipelineError

GAP = "gap_recovered"
REVERSED = {"better": "worse", "worse": "better"}
SIGNS = {"better": "▲", "worse": "▼"}


class Pair(NamedTuple):
    """Identifies one comparison: `left` minus `right` on a task by a protocol."""

    task: str
    protocol: str
    left: str
    right: str


@dataclass(frozen=True)
class Difference:
    """Left's score minus right's on the same test rows, its 95 % interval, and the verdict on left."""

    difference: float
    low: float
    high: float
    verdict: str

    def reversed(self) -> "Difference":
        """Right's score minus left's."""
        return Difference(-self.difference, -self.high, -self.low, REVERSED.get(self.verdict, self.verdict))


@dataclass(frozen=True)
class Comparisons:
    """Everything in metrics/compare.json, in its order.

    pairs: the difference of every pair. gaps: share of the gap recovered, by model, task and protocol.
    """

    pairs: Mapping[Pair, Difference]
    gaps: Mapping[Key, Score]

    def find(self, task: str, protocol: str, left: str, right: str) -> Difference | None:
        """Left compared with right, in whichever order it was measured.

        A task-distilled student (left) is compared with the other models as fine-tuned, so its pairs have one order.
        """
        found = self.pairs.get(Pair(task, protocol, left, right))
        if found or protocol in TASK_DISTILLATION:
            return found
        other = self.pairs.get(Pair(task, protocol, right, left))
        return other.reversed() if other else None

    def gaps_by_model(self, task: str, protocol: str) -> dict[str, Score]:
        """Model -> share of the gap recovered."""
        return {key.model: gap for key, gap in self.gaps.items() if key[1:3] == (task, protocol)}

    def leaders(self, results: Results, task: str, protocol: str) -> set[str]:
        """The student that is best by the primary metric, and every other that is not shown to be worse than it."""
        best = results.best(results.students(), task, protocol)
        if best is None:
            return set()
        if protocol in TASK_DISTILLATION:  # task-distilled students are not compared with one another
            return {best}
        found = {name: self.find(task, protocol, name, best) for name in results.students()}
        return {best, *(name for name, pair in found.items() if pair and pair.verdict not in REVERSED)}


def read_comparisons(path: Path, tasks: Iterable[str]) -> Comparisons:
    """Read metrics/compare.json, which must have comparisons on all `tasks`.

    Raises:
        PipelineError: it is missing, or lacks a number that the `compare` stage writes.
    """
    content = read_metrics(path, "compare", [f"{task}.frozen" for task in tasks])
    gaps = content.pop(GAP, {})
    return Comparisons(
        pairs={Pair(*keys): _difference(entry, path, keys) for keys, entry in _entries(content, path, (), 4)},
        gaps={
            Key(model, task, protocol, GAP): Score(float(numbers["value"]), numbers.get("low"), numbers.get("high"))
            for (_, task, protocol, model), entry in _entries(gaps, path, (GAP,), 4)
            if "value" in (numbers := flatten(entry))
        },
    )


def pairs_table(comparisons: Comparisons, task: str, protocol: str, models: Sequence[str]) -> Table:
    """Every model compared with every other and with the baselines: the row minus the column, with its interval."""
    pairs = [pair for pair in comparisons.pairs if (pair.task, pair.protocol) == (task, protocol)]
    others = dict.fromkeys(pair.right for pair in pairs if pair.right not in models)
    rows = []
    for left in models:
        found = [comparisons.find(task, protocol, left, right) for right in (*models, *others)]
        if any(found):
            cells = [
                show_difference(pair) + (f" [{signed(pair.low)}, {signed(pair.high)}]" if pair else "")
                for pair in found
            ]
            rows.append([left.replace("_", " "), *cells])
    header = ["", *(f"− {name.replace('_', ' ')}" for name in models), *(f"− {label(name)}" for name in others)]
    return Table(f"{label(task)}, {label(protocol)}", header, rows)


def gap_table(comparisons: Comparisons, results: Results) -> Table:
    """The share of the gap that every model recovers, task by task."""
    columns = list(dict.fromkeys((key.measurement, key.protocol) for key in comparisons.gaps))
    found = {key.model for key in comparisons.gaps}
    header = ["model", *(f"{label(task)}, {label(protocol)}" for task, protocol in columns)]
    rows = [
        [label(model), *(_share(comparisons.gaps.get(Key(model, *column, GAP))) for column in columns)]
        for model in results.models
        if model in found
    ]
    return Table("Gap recovered", header, rows)


def show_difference(found: Difference | None) -> str:
    """A difference, ▲ where it is shown to be better, ▼ worse, = where neither is."""
    if found is None:
        return BLANK
    return f"{signed(found.difference)} {SIGNS.get(found.verdict, '=')}"


def _share(gap: Score | None) -> str:
    if gap is None:
        return BLANK
    return f"{gap.value:.0%}" + ("" if gap.low is None or gap.high is None else f" [{gap.low:.0%}, {gap.high:.0%}]")


def _entries(part: Any, path: Path, keys: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(keys, entry) of every entry of nested mappings that has `depth` keys; `keys` lead to `part`."""
    if len(keys) == depth:
        yield keys, part
        return
    if not isinstance(part, dict):
        raise PipelineError(f"{path}: {'.'.join(keys)} must be a mapping; run `dvc repro compare` again")
    for key, item in part.items():
        yield from _entries(item, path, (*keys, key), depth)


def _difference(entry: Any, path: Path, keys: tuple[str, ...]) -> Difference:
    numbers = flatten(entry)
    verdict = entry.get("verdict") if isinstance(entry, dict) else None
    if not {"difference", "low", "high"} <= numbers.keys() or not isinstance(verdict, str):
        raise PipelineError(f"{path}: {'.'.join(keys)} is no comparison; run `dvc repro compare` again")
    return Difference(numbers["difference"], numbers["low"], numbers["high"], verdict)
