"""The first lines of the report: what came of the run, in two sentences, and the best student of each task."""

from collections.abc import Iterator

from tinypt.reporting.captions import CAPTIONS
from tinypt.reporting.comparisons import Comparisons, Difference, show_difference
from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.results import BASELINE, Results
from tinypt.reporting.tables import Table, label, show, show_score

NEARLY = 0.9  # share of the way from random weights to the teacher


def overview(results: Results, comparisons: Comparisons, efficiency: Efficiency) -> str:
    """Two sentences: how well the best student predicts masked words and at what cost, and what students do on tasks.

    A sentence is left out where nothing was measured.
    """
    return " ".join(filter(None, [_language(results, efficiency), _tasks(results, comparisons)]))


def _language(results: Results, efficiency: Efficiency) -> str:
    bits = {name: found for name in results.models if (found := results.bits_per_character(name)) is not None}
    known = [name for name in results.students() if name in bits]
    if not known or not {"teacher", "untrained"} <= bits.keys():
        return ""
    best = min(known, key=lambda name: bits[name])
    way = (bits["untrained"] - bits[best]) / max(bits["untrained"] - bits["teacher"], 1e-9)
    well = "as well as its teacher" if way >= 1 else "nearly as well as its teacher" if way >= NEARLY else ""
    well = well or (
        "worse than its teacher, but better than random weights" if way > 0 else "no better than random weights"
    )
    costs, latency = efficiency.models, efficiency.latency()
    size = speed = ""
    if {best, "teacher"} <= costs.keys():
        size = f", with {costs[best].parameters / costs['teacher'].parameters:.0%} of the teacher's parameters"
    if {best, "teacher"} <= latency.keys():
        speed = f" and {latency['teacher'] / latency[best]:.1f} times its speed"
    others = f"teacher {show(bits['teacher'], 2)}, random weights {show(bits['untrained'], 2)}"
    numbers = f"{show(bits[best], 2)} bits per character; {others}"
    return f"**{label(best)}** predicts masked words {well} ({numbers}){size}{speed}."


def _tasks(results: Results, comparisons: Comparisons) -> str:
    """On how many scores the best student is shown to beat random weights, its teacher, and the best baseline."""
    found = [_differences(results, comparisons, *each) for each in _best_students(results)]
    if not found:
        return ""
    better = [[pair is not None and pair.verdict == "better" for pair in differences] for differences in found]
    beaten = [str(sum(side)) if any(side) else "none" for side in zip(*better, strict=True)]
    return (
        f"Of the {len(found)} scores on tasks, the best student is shown to beat random weights on {beaten[0]}, its "
        f"teacher on {beaten[1]}, and the best method without a neural network on {beaten[2]}."
    )


def _best_students(results: Results) -> Iterator[tuple[str, str, str]]:
    """Task, protocol and best student of every score that a student has."""
    for task in results.tasks():
        for protocol in results.protocols(task):
            if (best := results.best(results.students(), task, protocol)) is not None:
                yield task, protocol, best


def _differences(
    results: Results, comparisons: Comparisons, task: str, protocol: str, best: str
) -> tuple[Difference | None, Difference | None, Difference | None]:
    """The best student compared with untrained, teacher and the best baseline."""
    baseline = results.best(results.baselines(task), task, BASELINE)
    untrained, teacher = (comparisons.find(task, protocol, best, name) for name in ("untrained", "teacher"))
    return untrained, teacher, comparisons.find(task, protocol, best, baseline) if baseline else None


def best_table(results: Results, comparisons: Comparisons) -> Table:
    """A row per task and protocol: the best student, compared with untrained, teacher and the best baseline."""
    rows = []
    for task, protocol, best in _best_students(results):
        metric = results.metrics(task)[0]
        others = len(comparisons.leaders(results, task, protocol)) - 1
        rows.append(
            [
                f"{label(task)}, {label(protocol)}, {label(metric)}",
                label(best) + (f", tied with {others}" if others else ""),
                show_score(results.score(best, task, protocol, metric), digits=3),
                *map(show_difference, _differences(results, comparisons, task, protocol, best)),
            ]
        )
    header = ["task", "best student", "score", "minus untrained", "minus teacher", "minus best baseline"]
    notes = [f"*{CAPTIONS['overview']}*"]
    return Table("Overview", header, rows, notes, text=frozenset({0, 1}))
