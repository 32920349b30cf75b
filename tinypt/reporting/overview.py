"""The first lines of the report: the main results and their uncertainty."""

from collections.abc import Iterable, Mapping

from tinypt.reporting.captions import CAPTIONS
from tinypt.reporting.comparisons import Comparisons, show_difference
from tinypt.reporting.corpus import Funnel
from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.results import BASELINE, LESS_IS_BETTER, Number, Results
from tinypt.reporting.tables import BLANK, Table, label, show, show_score


def overview(results: Results, comparisons: Comparisons, efficiency: Efficiency, funnel: Funnel) -> str:
    """A few sentences on corpus, language, size and speed, and a table of the best student of each task."""
    lines = [
        f"- **Corpus**: {funnel[-1][1]:,} of {funnel[0][1]:,} documents are kept "
        f"({funnel[-1][1] / max(1, funnel[0][1]):.1%})."
    ]
    students = results.students()
    bits = {name: found for name in results.models if (found := results.bits_per_character(name)) is not None}
    known = [name for name in students if name in bits]
    if known:
        best = min(known, key=lambda name: bits[name])
        lines.append(
            f"- **Language**: {label(best)} needs {show(bits[best], 2)} bits per character{_references(bits)}."
        )
    millions = {name: cost.parameters / 1e6 for name, cost in efficiency.models.items()}
    if any(name in millions for name in students):
        lines.append(
            f"- **Size**: the students have {_span(millions[name] for name in students if name in millions)} million "
            f"parameters{_references(millions)}."
        )
    latency = efficiency.latency()
    if any(name in latency for name in students):
        lines.append(
            f"- **Speed**: for a text of {efficiency.longest()} word pieces the students need "
            f"{_span(latency[name] for name in students if name in latency)} ms{_references(latency)}."
        )
    return "\n".join(lines) + "\n\n" + _best(results, comparisons).markdown()


def _best(results: Results, comparisons: Comparisons) -> Table:
    """A row per task and protocol: the best student, compared with untrained, teacher and the best baseline."""
    rows = []
    for task in results.tasks():
        metric = results.metrics(task)[0]
        sign = -1 if metric in LESS_IS_BETTER else 1
        baselines = results.values(results.baselines(task), task, BASELINE, metric)
        references = ["untrained", "teacher"]
        if baselines:
            references.append(max(baselines, key=lambda name: sign * baselines[name]))
        for protocol in results.protocols(task):
            values = results.values(results.students(), task, protocol, metric)
            if not values:
                continue
            best = max(values, key=lambda name: sign * values[name])
            others = len(comparisons.leaders(results, task, protocol, metric)) - 1
            differences = [show_difference(comparisons.find(task, protocol, best, name)) for name in references]
            rows.append(
                [
                    f"{label(task)}, {label(protocol)}, {label(metric)}",
                    label(best) + (f", tied with {others}" if others else ""),
                    show_score(results.score(best, task, protocol, metric), digits=3),
                    *differences,
                    *([] if baselines else [BLANK]),
                ]
            )
    header = ["task", "best student", "score", "minus untrained", "minus teacher", "minus best baseline"]
    notes = [f"*{CAPTIONS['overview']}*"]
    return Table("Overview", header, rows, notes, text=frozenset({0, 1}))


def _references(numbers: Mapping[str, Number]) -> str:
    found = [f"{name} {show(numbers[name], 2)}" for name in ("teacher", "untrained") if name in numbers]
    return f" ({', '.join(found)})" if found else ""


def _span(numbers: Iterable[float]) -> str:
    found = [f"{number:.2f}" for number in sorted(numbers)]
    return found[0] if found[0] == found[-1] else f"{found[0]} to {found[-1]}"
