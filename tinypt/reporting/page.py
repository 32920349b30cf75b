"""The report as one Markdown text with its charts; `webpage` makes the page for browsers of the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tinypt.reporting.captions import CAPTIONS, NO_EXAMPLES, READING, SAMPLE
from tinypt.reporting.charts.corpus import draw_funnel
from tinypt.reporting.charts.drawing import Chart
from tinypt.reporting.charts.efficiency import draw_scatter
from tinypt.reporting.charts.scores import draw_gap, draw_ladder, draw_task
from tinypt.reporting.charts.training import Curve, draw_curves, draw_loss_terms
from tinypt.reporting.comparisons import Comparisons, gap_table, pairs_table
from tinypt.reporting.dropped import Funnel, examples_markdown, fenced, funnel_table
from tinypt.reporting.efficiency import Efficiency, efficiency_table, encoder_table
from tinypt.reporting.glance import glance
from tinypt.reporting.ladder import ladder_table
from tinypt.reporting.measurements import distill_table, headline_table, mlm_table, task_table
from tinypt.reporting.results import Results, flatten
from tinypt.reporting.tables import Table, counts_tables, label


@dataclass(frozen=True)
class Facts:
    """Everything the report tells.

    results, comparisons, efficiency: of all models. curves: set -> column -> values. params: params.yaml.
    sample: whether the text, or a task, is generated. counts: title -> a metrics file's content. funnel: as
    `read_funnel` gives it. examples: rule -> texts it dropped, or None where they must not be quoted.
    versions: table of what it was made from. against: sections on another revision, for the top.
    """

    results: Results
    comparisons: Comparisons
    efficiency: Efficiency
    curves: Mapping[str, Curve]
    params: Mapping[str, Any]
    sample: bool
    counts: Mapping[str, Mapping[str, Any]]
    funnel: Funnel
    examples: Mapping[str, Sequence[str]] | None
    versions: Table
    against: str = ""


@dataclass(frozen=True)
class Page:
    """The text, in GitHub's Markdown, and the charts it shows as `![…](<name>.svg)`."""

    markdown: str
    charts: Sequence[Chart]


def compose(facts: Facts) -> Page:
    """Lay the report out."""
    charts: list[Chart] = []

    def show(*drawn: Chart, caption: str) -> str:
        charts.extend(drawn)
        images = "\n".join(f"![{chart.alt.replace('[', '(').replace(']', ')')}]({chart.name}.svg)" for chart in drawn)
        return f"{images}\n\n*{CAPTIONS[caption]}*" if drawn else ""

    results, comparisons, efficiency = facts.results, facts.comparisons, facts.efficiency
    tasks = results.tasks()
    gaps = [
        draw_gap({protocol: comparisons.gaps_by_model(task, protocol) for protocol in results.protocols(task)}, task)
        for task in dict.fromkeys(key.measurement for key in comparisons.gaps)
    ]
    parts = [
        "# bert-tiny-pt: results",
        *([SAMPLE] if facts.sample else []),
        glance(results, comparisons, efficiency, facts.funnel),
        facts.against,
        "## Headline",
        headline_table(results, comparisons, efficiency).markdown(),
        READING,
        "## Scores by task",
        show(*(draw_task(results, task) for task in tasks), caption="scores"),
        "## Gap recovered",
        show(*gaps, caption="gap"),
        gap_table(comparisons, results).markdown() if gaps else "",
        _without_gap(comparisons, results),
        "## Paired comparisons",
        f"*{CAPTIONS['pairs']}*",
        *_pairs(results, comparisons),
        "## Quality against size and speed",
        show(*_scatters(results, efficiency), caption="cost"),
        efficiency_table(efficiency).markdown(),
        f"*{CAPTIONS['efficiency']} {efficiency.machine}, {efficiency.threads} threads.*",
        _fold("The sets' encoders in the forms they are released in", encoder_table(efficiency))
        if efficiency.encoders
        else "",
        "## From set to set",
        show(draw_ladder(results, results.students()), caption="ladder"),
        ladder_table(results, comparisons, facts.params.get("students", {})).markdown(),
        "## Training",
        show(*draw_curves(facts.curves), caption="curves"),
        show(draw_loss_terms(_terms(facts)), caption="terms"),
        distill_table(results).markdown(),
        *_corpus(facts, show(draw_funnel(facts.funnel), caption="funnel")),
        "## Every measurement",
        *(
            f"### {table.title}\n\n{table.markdown()}"
            for table in (mlm_table(results), *(task_table(results, comparisons, task) for task in tasks))
        ),
        *_made_from(facts),
    ]
    return Page("\n\n".join(part.strip("\n") for part in parts if part) + "\n", charts)


def _without_gap(comparisons: Comparisons, results: Results) -> str:
    """Where there is nothing to recover."""
    tasks = [(task, protocol) for task in results.tasks() for protocol in results.protocols(task)]
    missing = [
        f"{label(task)}, {label(protocol)}" for task, protocol in tasks if not comparisons.gaps_by_model(task, protocol)
    ]
    return f"*{CAPTIONS['no gap']} {'; '.join(missing)}.*" if missing else ""


def _pairs(results: Results, comparisons: Comparisons) -> list[str]:
    """A fold for each task and protocol that has comparisons."""
    return [
        _fold(f"{label(task)}, {label(protocol)}", pairs_table(comparisons, task, protocol, results.models))
        for task, protocol in dict.fromkeys((pair.task, pair.protocol) for pair in comparisons.pairs)
    ]


def _scatters(results: Results, efficiency: Efficiency) -> list[Chart]:
    """Two charts for each task, by size and by latency; fine-tuned scores where there are any, else frozen ones."""
    sizes = {name: cost.bytes / 1e6 for name, cost in efficiency.models.items()}
    latency, length = efficiency.latency(), efficiency.longest()
    charts: dict[str, list[Chart]] = {"size": [], "speed": []}
    for task in results.tasks():
        metric = results.metrics(task)[0]
        for protocol in ("finetune", "frozen"):
            quality = results.values(results.models, task, protocol, metric)
            if quality:
                break
        title, name = f"{label(task)}, {label(protocol)}: {label(metric)}", task.replace("_", "-")
        charts["size"].append(draw_scatter(sizes, quality, f"size-{name}", title, "MB on disk"))
        unit = f"ms per text of {length} pieces"
        charts["speed"].append(draw_scatter(latency, quality, f"speed-{name}", title, unit))
    return [*charts["size"], *charts["speed"]]


def _terms(facts: Facts) -> dict[str, dict[str, float]]:
    """Set -> term of its loss -> weight times last value."""
    found = {}
    for name, numbers in facts.results.training.items():
        weights = flatten(facts.params["students"][name]["distill"]["losses"])
        found[name] = {
            term: weight * numbers[f"final.{term}"] for term, weight in weights.items() if f"final.{term}" in numbers
        }
    return {name: parts for name, parts in found.items() if parts}


def _corpus(facts: Facts, funnel: str) -> list[str]:
    tables = [table for title, scores in facts.counts.items() for table in counts_tables(title, scores)]
    examples = NO_EXAMPLES if facts.examples is None else examples_markdown(facts.examples)
    return [
        "## Corpus",
        funnel,
        funnel_table(facts.funnel).markdown(),
        examples,
        *(_fold(table.title, table) for table in tables),
    ]


def _made_from(facts: Facts) -> list[str]:
    versions = _fold("Code and data, stage by stage", facts.versions) if facts.versions.rows else ""
    sections = [
        f"<details>\n<summary>{name}</summary>\n\n{fenced(_yaml({name: part}), 'yaml')}\n\n</details>"
        for name, part in facts.params.items()
    ]
    return [
        "## Made from",
        f"*{CAPTIONS['versions'] if versions else CAPTIONS['no versions']}*",
        versions,
        "### Parameters",
        *sections,
    ]


def _fold(summary: str, table: Table) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{table.markdown()}\n</details>"


class _PlainDumper(yaml.SafeDumper):
    """Writes a mapping that occurs twice out in full; params.yaml shares mappings where it merges them with `<<`."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(part: Any) -> str:
    text: str = yaml.dump(part, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=100)
    return text.rstrip("\n")
