"""Write the report on all models: as HTML, as Markdown, and as a summary for other programs.

Reads metrics/, data/efficiency.json, data/select/examples.jsonl, params.yaml and dvc.lock; writes report/.
`python -m stages.report --against main` writes the same, with the changes since that revision, to report-against/,
which git and DVC ignore.
"""

import argparse
import logging
from pathlib import Path

from tinypt.files import atomic_path, read_metrics
from tinypt.params.corpus import Corpus
from tinypt.params.loader import load, read_sections, student_names
from tinypt.params.models import Base, Teacher
from tinypt.params.tasks import Task
from tinypt.reporting.comparisons import read_comparisons
from tinypt.reporting.corpus import read_examples, read_funnel
from tinypt.reporting.csv_columns import read_curve
from tinypt.reporting.efficiency import read_efficiency
from tinypt.reporting.generated import find_generated
from tinypt.reporting.page import ReportData, compose
from tinypt.reporting.provenance import changed_files, provenance_table
from tinypt.reporting.results import read_results
from tinypt.reporting.revision import changes_markdown, read_revision
from tinypt.reporting.summary import write_curves, write_summary
from tinypt.reporting.webpage import write_html, write_markdown
from tinypt.runtime.run import run

METRICS = Path("metrics")
EXAMPLES = Path("data/select/examples.jsonl")
# Stages whose counts the report shows, and a number that each of them counts.
COUNTED = {"download": "documents", "clean": "documents", "select": "documents_out", "split": "train.documents"}
log = logging.getLogger(__name__)


def main(*arguments: str) -> None:
    """Write report/, or, with --against, report-against/."""
    parser = argparse.ArgumentParser(prog="python -m stages.report", description="Write report/.")
    parser.add_argument("--against", metavar="REVISION", help="a branch, tag or commit; writes report-against/")
    revision = parser.parse_args(arguments).against
    params = read_sections()
    students = student_names()
    tasks = load("tasks", dict[str, Task])
    results = read_results(METRICS, students, tasks)
    comparisons = read_comparisons(METRICS / "compare.json", tasks)
    efficiency = read_efficiency(Path("data/efficiency.json"), results.models)
    generated = find_generated(load("corpus", Corpus), tasks, load("teacher", Teacher), load("base", Base))
    examples = read_examples(EXAMPLES)
    data = ReportData(
        results=results,
        comparisons=comparisons,
        efficiency=efficiency,
        curves={name: read_curve(METRICS / "training" / f"{name}.csv", f"distill@{name}") for name in students},
        params=params,
        generated=generated,
        counts={stage: read_metrics(METRICS / f"{stage}.json", stage, [key]) for stage, key in COUNTED.items()},
        funnel=read_funnel(METRICS / "funnel.csv"),
        # report/ goes into git, which must not contain text of other people
        examples=examples if generated.corpus or revision else None,
        versions=provenance_table(Path("dvc.lock"), students),
        changes=changes_markdown(read_revision(revision), results, METRICS, params) if revision else "",
    )
    for file in changed_files(Path("dvc.lock")):
        log.warning("%s: differs from dvc.lock: damaged, or not written by DVC; run `rm %s && dvc repro`", file, file)
    page, target = compose(data), Path("report-against" if revision else "report")
    with atomic_path(target) as folder:
        write_markdown(page, folder)
        write_html(page, folder)
        write_summary(results, comparisons, folder)
        write_curves(data.curves, folder)
    log.info("wrote %s", target / "index.html")


if __name__ == "__main__":
    run(main)
