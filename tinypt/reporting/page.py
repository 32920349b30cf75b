"""The report as one Markdown text with charts; `webpage` writes it as files and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tinypt.files import flatten
from tinypt.reporting.captions import CAPTIONS, NO_EXAMPLES, PUBLISHED_SCORES, READING
from tinypt.reporting.charts.corpus import draw_funnel
from tinypt.reporting.charts.drawing import Chart
from tinypt.reporting.charts.efficiency import draw_cost
from tinypt.reporting.charts.scores import draw_bits_per_character, draw_gap, draw_task
from tinypt.reporting.charts.training import Curve, draw_curves, draw_loss_terms
from tinypt.reporting.comparisons import Comparisons, gap_table, pairs_table
from tinypt.reporting.corpus import Funnel, examples_markdown, fenced, funnel_table
from tinypt.reporting.efficiency import Efficiency, efficiency_table, encoder_table
from tinypt.reporting.generated import Generated
from tinypt.reporting.measurements import distill_table, headline_table, mlm_table, task_table
from tinypt.reporting.overview import best_table, overview
from tinypt.reporting.results import FINETUNE, Results
from tinypt.reporting.students import students_table
from tinypt.reporting.tables import Table, counts_tables, label


@dataclass(frozen=True)
class ReportData:
    """Everything the report shows.

    results, comparisons, efficiency: of all models. curves: student -> column -> values. params: params.yaml.
    generated: what of the run the pipeline made itself. counts: title -> content of a metrics file. funnel: see
    `read_funnel`. examples: rule -> dropped texts, or None where they must not be quoted. versions: table of the
    fingerprints of code and data. changes: Markdown on the changes since another revision, for the top; may be empty.
    """

    results: Results
    comparisons: Comparisons
    efficiency: Efficiency
    curves: Mapping[str, Curve]
    params: Mapping[str, Any]
    generated: Generated
    counts: Mapping[str, Mapping[str, Any]]
    funnel: Funnel
    examples: Mapping[str, Sequence[str]] | None
    versions: Table
    changes: str = ""


@dataclass(frozen=True)
class Page:
    """The text in GitHub's Markdown, the charts it shows as `![…](<name>.svg)`, and its first paragraph (`notice`)."""

    markdown: str
    charts: Sequence[Chart]
    notice: str


def compose(data: ReportData) -> Page:
    """Write the report."""
    charts: list[Chart] = []

    def show(*drawn: Chart, caption: str) -> str:
        charts.extend(drawn)
        images = "\n".join(f"![{chart.alt.replace('[', '(').replace(']', ')')}]({chart.name}.svg)" for chart in drawn)
        return f"{images}\n\n*{CAPTIONS[caption]}*" if drawn else ""

    results, comparisons, efficiency = data.results, data.comparisons, data.efficiency
    tasks = results.tasks()
    published = [task for task in tasks if data.generated.comparable(task)]
    steps = students_table(results, comparisons, data.params.get("students", {}))
    gaps = [
        draw_gap({protocol: comparisons.gaps_by_model(task, protocol) for protocol in results.protocols(task)}, task)
        for task in dict.fromkeys(key.measurement for key in comparisons.gaps)
    ]
    parts = [
        "# bert-tiny-pt: results",
        data.generated.notice(),
        overview(results, comparisons, efficiency),
        show(draw_bits_per_character(results), caption="bits"),
        best_table(results, comparisons).markdown(),
        data.changes,
        "## Headline",
        headline_table(results, comparisons, efficiency, published).markdown(),
        f"{READING} {PUBLISHED_SCORES}" if published else READING,
        "## Scores by task",
        show(*(draw_task(results, task, published=task in published) for task in tasks), caption="scores"),
        "## Gap recovered",
        show(*gaps, caption="gap"),
        gap_table(comparisons, results).markdown() if gaps else "",
        _without_gap(comparisons, results),
        "## Paired comparisons",
        f"*{CAPTIONS['pairs']}*",
        *_pairs(results, comparisons),
        "## Quality against size and speed",
        show(*_costs(results, efficiency), caption="cost"),
        efficiency_table(efficiency).markdown(),
        f"*{CAPTIONS['efficiency']} {efficiency.machine}, {efficiency.threads} threads.*",
        _fold("The students' encoders in their release formats", encoder_table(efficiency))
        if efficiency.encoders
        else "",
        *([f"## {steps.title}", f"*{CAPTIONS['students']}*", steps.markdown()] if steps.rows else []),
        "## Training",
        show(*draw_curves(data.curves), caption="curves"),
        show(draw_loss_terms(_terms(data)), caption="terms"),
        distill_table(results).markdown(),
        *_corpus(data, show(draw_funnel(data.funnel), caption="funnel")),
        "## Every measurement",
        f"*{CAPTIONS['every']}*",
        *(
            _fold(table.title, table)
            for table in (
                mlm_table(results, published=not data.generated.corpus),
                *(task_table(results, comparisons, task, published=task in published) for task in tasks),
            )
        ),
        *_made_from(data),
    ]
    return Page("\n\n".join(part.strip("\n") for part in parts if part) + "\n", charts, data.generated.notice())


def _without_gap(comparisons: Comparisons, results: Results) -> str:
    """A sentence that lists the tasks and protocols without a gap."""
    tasks = [(task, protocol) for task in results.tasks() for protocol in results.protocols(task)]
    missing = [
        f"{label(task)}, {label(protocol)}" for task, protocol in tasks if not comparisons.gaps_by_model(task, protocol)
    ]
    return f"*{CAPTIONS['no gap']} {'; '.join(missing)}.*" if missing else ""


def _pairs(results: Results, comparisons: Comparisons) -> list[str]:
    """A collapsible table for each task and protocol that has comparisons."""
    return [
        _fold(f"{label(task)}, {label(protocol)}", pairs_table(comparisons, task, protocol, results.models))
        for task, protocol in dict.fromkeys((pair.task, pair.protocol) for pair in comparisons.pairs)
    ]


def _costs(results: Results, efficiency: Efficiency) -> list[Chart]:
    """Every task's scores by size and by latency, fine-tuned ones where there are any, else frozen ones."""
    scores = {}
    for task in results.tasks():
        metric = results.metrics(task)[0]
        for protocol in (*FINETUNE, "frozen"):
            quality = results.values(results.models, task, protocol, metric)
            if quality:
                break
        scores[f"{label(task)}: {label(metric)}"] = quality
    sizes = {name: cost.bytes / 1e6 for name, cost in efficiency.models.items()}
    unit = f"ms per text of {efficiency.longest()} word pieces"
    return [draw_cost(sizes, scores, "size", "MB on disk"), draw_cost(efficiency.latency(), scores, "speed", unit)]


def _terms(data: ReportData) -> dict[str, dict[str, float]]:
    """Student -> term of its loss -> weight times last value."""
    found = {}
    for name, numbers in data.results.training.items():
        weights = flatten(data.params["students"][name]["distill"]["losses"])
        found[name] = {
            term: weight * numbers[f"final.{term}"] for term, weight in weights.items() if f"final.{term}" in numbers
        }
    return {name: parts for name, parts in found.items() if parts}


def _corpus(data: ReportData, funnel: str) -> list[str]:
    tables = [table for title, scores in data.counts.items() for table in counts_tables(title, scores)]
    examples = NO_EXAMPLES if data.examples is None else examples_markdown(data.examples)
    return [
        "## Corpus",
        funnel,
        funnel_table(data.funnel).markdown(),
        examples,
        *(_fold(table.title, table) for table in tables),
    ]


def _made_from(data: ReportData) -> list[str]:
    versions = _fold("Code and data, stage by stage", data.versions) if data.versions.rows else ""
    sections = [
        f"<details>\n<summary>{name}</summary>\n\n{fenced(_yaml({name: part}), 'yaml')}\n\n</details>"
        for name, part in data.params.items()
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
