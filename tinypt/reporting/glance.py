"""The report's first lines: what came of it, with how sure that is."""

from collections.abc import Iterable, Mapping

from tinypt.reporting.captions import CAPTIONS
from tinypt.reporting.comparisons import Comparisons, show_difference
from tinypt.reporting.dropped import Funnel
from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.results import (
    LESS_IS_BETTER,
    Results,
    bits_per_character,
    metrics_of,
    number,
    protocols_of,
    value,
)
from tinypt.reporting.tables import BLANK, Table, label, show, show_score


def glance(results: Results, comparisons: Comparisons, efficiency: Efficiency, funnel: Funnel) -> str:
    """A few sentences on corpus, cost and language, and a table of the best set of each task."""
    lines = [
        f"- **Corpus**: {funnel[-1][1]:,} of {funnel[0][1]:,} documents are kept "
        f"({funnel[-1][1] / max(1, funnel[0][1]):.1%})."
    ]
    sets = results.sets()
    bits = {name: bits_per_character(scores) for name, scores in results.models.items()}
    known = {name: bits[name] for name in sets if bits[name] is not None}
    if known:
        best = min(known, key=lambda name: known[name] or 0)
        beside = _beside(bits, 2)
        lines.append(f"- **Language**: {label(best)} needs {show(known[best], 2)} bits per character{beside}.")
    millions = {name: cost.parameters / 1e6 for name, cost in efficiency.models.items()}
    if any(name in millions for name in sets):
        lines.append(
            f"- **Size**: the sets have {_span(millions[name] for name in sets if name in millions)} million "
            f"parameters{_beside(millions, 2)}."
        )
    latency = efficiency.latency()
    if any(name in latency for name in sets):
        lines.append(
            f"- **Speed**: a text of {efficiency.longest()} pieces takes them "
            f"{_span(latency[name] for name in sets if name in latency)} ms{_beside(latency, 2)}."
        )
    return "\n".join(lines) + "\n\n" + _best(results, comparisons).markdown()


def _best(results: Results, comparisons: Comparisons) -> Table:
    """A row for each task and protocol: the best set, and how it stands to untrained, teacher and what needs no model."""
    rows = []
    for task in results.task_names():
        metric = metrics_of(results, task)[0]
        sign = -1 if metric in LESS_IS_BETTER else 1
        baselines = {name: number(untrained, metric) for name, untrained in results.baselines(task).items()}
        bare = {name: sign * score for name, score in baselines.items() if score is not None}
        for protocol in protocols_of(results, task):
            scores = {name: value(results.models[name], task, protocol, metric) for name in results.sets()}
            known = {name: score for name, score in scores.items() if score is not None}
            if not known:
                continue
            best = max(known, key=lambda name: sign * known[name])
            others = len(comparisons.leaders(results, task, protocol, metric)) - 1
            rows.append(
                [
                    f"{label(task)}, {label(protocol)}, {label(metric)}",
                    label(best) + (f", {others} more like it" if others else ""),
                    show_score(results.models[best], task, protocol, metric, digits=3),
                    *(
                        show_difference(comparisons.find(task, protocol, best, name))
                        for name in ("untrained", "teacher")
                    ),
                    show_difference(comparisons.find(task, protocol, best, max(bare, key=lambda name: bare[name])))
                    if bare
                    else BLANK,
                ]
            )
    header = [
        "task",
        "best set",
        "score",
        "against the untrained",
        "against the teacher",
        "against the best without a model",
    ]
    notes = [f"*{CAPTIONS['glance']}*"]
    return Table("At a glance", header, rows, notes, words=frozenset({0, 1}))


def _beside(numbers: Mapping[str, float | int | None], digits: int) -> str:
    told = [
        f"{name} {show(numbers[name], digits)}" for name in ("teacher", "untrained") if numbers.get(name) is not None
    ]
    return f" ({', '.join(told)})" if told else ""


def _span(numbers: Iterable[float]) -> str:
    found = [f"{number:.2f}" for number in sorted(numbers)]
    return found[0] if found[0] == found[-1] else f"{found[0]} to {found[-1]}"
