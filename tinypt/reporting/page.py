"""The report as one Markdown page with its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinypt.files import atomic_path
from tinypt.reporting.pictures import Curve, draw_curves, draw_funnel, draw_headline
from tinypt.reporting.results import Results, Scores
from tinypt.reporting.tables import Table, counts_tables, distill_table, label, mlm_table, show, task_table

SAMPLE = """\
**Measured on generated sample text.** These numbers show that the pipeline runs and what it measures. They say nothing
about real models, and beside the published numbers, which are about real text, they mean nothing."""
READING = """\
*base* is the model that students are made from, *floor* the student's architecture from random weights with the
teacher's tokenizer; *no model* rows need no neural network. *frozen* is the study's protocol: cosine of mean-pooled
embeddings, or a linear probe on them, with 95 % intervals from 1,000 bootstrap samples of the test rows in brackets;
*fine-tuned* trains the whole model, mean ± standard deviation over seeds. *Gap recovered* is (set − floor) / (teacher −
floor) in the first metric of the table. *Published* columns hold what the study printed. Every number is also in
[summary.csv](summary.csv) and [summary.json](summary.json)."""


@dataclass(frozen=True)
class Text:
    """What the page tells about the text the models learnt from.

    sample: whether it, or a task, is generated. counts: title -> a metrics file's content.
    funnel: (rule, documents left after it), the first being all documents.
    """

    sample: bool
    counts: Mapping[str, Scores]
    funnel: Sequence[tuple[str, int]]


def write_page(results: Results, text: Text, curves: Mapping[str, Curve], folder: Path) -> None:
    """Write folder/README.md, headline.svg, training.svg and funnel.svg."""
    headline = draw_headline(results, folder / "headline.svg")
    training = draw_curves(curves, folder / "training.svg")
    funnel = draw_funnel(text.funnel, folder / "funnel.svg")
    parts = ["# Results", "Written by the `report` stage from `metrics/`; do not edit."]
    if text.sample:
        parts.append(SAMPLE)
    parts += [READING, _picture("headline.svg", headline)]
    for table in (mlm_table(results), *(task_table(results, task) for task in results.task_names())):
        parts.append(_section(table))
    parts += [_section(distill_table(results)), _picture("training.svg", training)]
    parts += ["## Corpus", _picture("funnel.svg", funnel), _funnel_table(text.funnel).markdown()]
    for title, scores in text.counts.items():
        for table in counts_tables(title, scores):
            parts += [f"### {table.title}", table.markdown()]
    with atomic_path(folder / "README.md") as temporary:
        temporary.write_text("\n\n".join(part.rstrip("\n") for part in parts) + "\n", encoding="utf-8")


def _funnel_table(funnel: Sequence[tuple[str, int]]) -> Table:
    first = max(1, funnel[0][1])
    rows, before = [], funnel[0][1]
    for rule, left in funnel:
        rows.append([label(rule), show(before - left), show(left), f"{left / first:.1%}"])
        before = left
    return Table("", ["cleaning rule", "documents dropped", "documents left", "share left"], rows)


def _section(table: Table) -> str:
    return f"## {table.title}\n\n{table.markdown()}"


def _picture(name: str, alt: str) -> str:
    return f"![{alt.replace('[', '(').replace(']', ')')}]({name})"
