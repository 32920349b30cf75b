"""Choose the documents to keep by the rules, and drop exact and near duplicates.

Reads data/clean, data/measures, metrics/download.json and the `select` parameters. Writes data/select/*.parquet (for
each document the rule that drops it, and its cluster), data/select/examples.jsonl, metrics/select.json and
metrics/funnel.csv.
"""

import logging
from pathlib import Path

from tinypt.executors import from_environment
from tinypt.files import read_metrics, sealed_path, write_json
from tinypt.params.loader import load
from tinypt.params.select import Select
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.selection.examples import write_examples
from tinypt.selection.funnel import drops, write_funnel
from tinypt.selection.losses import large_losses
from tinypt.selection.select import decide, write_decisions

log = logging.getLogger(__name__)


def main() -> None:
    """Write the decisions."""
    options, measures = load("select", Select), Path("data/measures")
    decisions = decide(measures, options, *from_environment())
    metrics = drops(measures, decisions, options.rules)
    downloaded = read_metrics(Path("metrics/download.json"), "download", ["documents"])
    for loss in large_losses(decisions, downloaded.get("by_path", [])):
        log.warning("select: %s", loss)
    if not metrics["documents_out"]:
        worst = max(metrics["drops"], key=lambda rule: int(metrics["drops"][rule]["documents"]))
        raise PipelineError(f"no document is left; {worst} drops most of them: relax it in params.yaml")
    with sealed_path(Path("data/select")) as folder:
        folder.mkdir()
        write_decisions(decisions, measures, folder)
        write_examples(Path("data/clean"), decisions, folder / "examples.jsonl")
    write_json(Path("metrics/select.json"), metrics)
    write_funnel(metrics, Path("metrics/funnel.csv"))


if __name__ == "__main__":
    run(main)
