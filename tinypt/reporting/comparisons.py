"""Paired comparisons of models, and the share of the gap to the teacher each recovers, as `compare` measured them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.reporting.results import DISTILLED, LESS_IS_BETTER, Results, number, read_metrics, value
from tinypt.reporting.tables import BLANK, Table, label
from tinypt.runtime.errors import PipelineError

GAPS = "gap_recovered"
TURNED = {"better": "worse", "worse": "better"}
SIGNS = {"better": "▲", "worse": "▼"}


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval, None where none could be had."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Difference:
    """Left's score less right's on the same test rows, its 95 % interval, and what that says of left."""

    difference: float
    low: float
    high: float
    verdict: str

    def turned(self) -> "Difference":
        """The same seen from the right."""
        return Difference(-self.difference, -self.high, -self.low, TURNED.get(self.verdict, self.verdict))


@dataclass(frozen=True)
class Comparisons:
    """pairs: task -> protocol -> (left, right) -> difference. gaps: task -> protocol -> model -> share recovered."""

    pairs: Mapping[str, Mapping[str, Mapping[tuple[str, str], Difference]]]
    gaps: Mapping[str, Mapping[str, Mapping[str, Interval]]]

    def find(self, task: str, protocol: str, left: str, right: str) -> Difference | None:
        """Left against right, whichever way round it was measured; a taught set only against others untaught."""
        pairs = self.pairs.get(task, {}).get(protocol, {})
        found, other = pairs.get((left, right)), pairs.get((right, left)) if protocol != DISTILLED else None
        return found or (other.turned() if other else None)

    def leaders(self, results: Results, task: str, protocol: str, metric: str) -> set[str]:
        """The best set, and every other that the comparison with it does not show to be worse."""
        sign = -1 if metric in LESS_IS_BETTER else 1
        scores = {name: value(results.models[name], task, protocol, metric) for name in results.sets()}
        known = {name: sign * score for name, score in scores.items() if score is not None}
        if not known:
            return set()
        best = max(known, key=lambda name: known[name])
        if protocol == DISTILLED:  # taught sets are not compared with one another
            return {best}
        found = {name: self.find(task, protocol, name, best) for name in known}
        return {name for name, pair in found.items() if name == best or (pair and pair.verdict not in TURNED)}


def read_comparisons(path: Path) -> Comparisons:
    """Read metrics/compare.json.

    Raises:
        PipelineError: it is missing, or lacks a number that the `compare` stage writes.
    """
    content = dict(read_metrics(path, "compare"))
    gaps = _mapping(content.pop(GAPS, {}), path, GAPS)
    return Comparisons(
        pairs={
            task: {
                protocol: {
                    (left, right): _difference(found, path, f"{task}.{protocol}.{left}.{right}")
                    for left, others in _mapping(lefts, path, f"{task}.{protocol}").items()
                    for right, found in _mapping(others, path, f"{task}.{protocol}.{left}").items()
                }
                for protocol, lefts in _mapping(protocols, path, task).items()
            }
            for task, protocols in content.items()
        },
        gaps={
            task: {
                protocol: {
                    model: Interval(float(share), number(found, "low"), number(found, "high"))
                    for model, found in _mapping(models, path, f"{GAPS}.{task}.{protocol}").items()
                    if (share := number(found, "value")) is not None
                }
                for protocol, models in _mapping(protocols, path, f"{GAPS}.{task}").items()
            }
            for task, protocols in gaps.items()
        },
    )


def pairs_table(comparisons: Comparisons, task: str, protocol: str, models: list[str]) -> Table:
    """Every model against every other, and against what needs none: the row less the column, with its interval."""
    bare = dict.fromkeys(right for _, right in comparisons.pairs[task][protocol] if right not in models)
    rows = []
    for left in models:
        found = [comparisons.find(task, protocol, left, right) for right in (*models, *bare)]
        if not any(found):
            continue
        told = [
            show_difference(pair) + (f" [{_signed(pair.low)}, {_signed(pair.high)}]" if pair else "") for pair in found
        ]
        rows.append([left.replace("_", " "), *told])
    header = ["", *(f"− {name.replace('_', ' ')}" for name in models), *(f"− {label(name)}" for name in bare)]
    return Table(f"{label(task)}, {label(protocol)}", header, rows)


def gap_table(comparisons: Comparisons, results: Results) -> Table:
    """The share of the gap every model recovers, task by task."""
    columns = [(task, name) for task, protocols in comparisons.gaps.items() for name, gaps in protocols.items() if gaps]
    found = {model for task, protocol in columns for model in comparisons.gaps[task][protocol]}
    models = [name for name in results.models if name in found]
    header = ["model", *(f"{label(task)}, {label(protocol)}" for task, protocol in columns)]
    rows = [
        [label(model), *(_share(comparisons.gaps[task][protocol].get(model)) for task, protocol in columns)]
        for model in models
    ]
    return Table("Gap recovered", header, rows)


def show_difference(found: Difference | None) -> str:
    """A difference, ▲ where it is shown to be better, ▼ worse, = where neither is."""
    if found is None:
        return BLANK
    return f"{_signed(found.difference)} {SIGNS.get(found.verdict, '=')}"


def _signed(number: float) -> str:
    return f"{number:+.3f}".replace("-", "−")


def _share(gap: Interval | None) -> str:
    if gap is None:
        return BLANK
    return f"{gap.value:.0%}" + ("" if gap.low is None or gap.high is None else f" [{gap.low:.0%}, {gap.high:.0%}]")


def _difference(found: Any, path: Path, key: str) -> Difference:
    numbers = [number(found, name) for name in ("difference", "low", "high")]
    verdict = found.get("verdict") if isinstance(found, Mapping) else None
    difference, low, high = numbers
    if difference is None or low is None or high is None or not isinstance(verdict, str):
        raise PipelineError(f"{path}: {key} is no comparison; run `dvc repro compare` again")
    return Difference(difference, low, high, verdict)


def _mapping(part: Any, path: Path, key: str) -> dict[str, Any]:
    if not isinstance(part, dict):
        raise PipelineError(f"{path}: {key} must be a mapping; run `dvc repro compare` again")
    return part
