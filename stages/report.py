"""Write the report on all models: tables beside the published numbers, pictures, and a summary for machines.

Reads metrics/{download,clean,select,split,tasks}.json, metrics/funnel.csv, metrics/<model>/evaluate.json of teacher,
base, floor and every parameter set, metrics/<set>/distill.json and metrics/training/<set>.csv; writes report/.
"""

from pathlib import Path

from tinypt.errors import PipelineError
from tinypt.files import atomic_path
from tinypt.params.corpus import Corpus
from tinypt.params.experiments import Experiment
from tinypt.params.loader import load
from tinypt.params.tasks import SampleData, Task
from tinypt.reporting.columns import read_columns, read_curve
from tinypt.reporting.page import Text, write_page
from tinypt.reporting.results import read_metrics, read_results
from tinypt.reporting.summary import write_summary
from tinypt.stage import run

METRICS = Path("metrics")


def main() -> None:
    """Write report/."""
    sets = list(load("experiments", dict[str, Experiment]))
    results = read_results(METRICS, sets)
    curves = {name: read_curve(METRICS / "training" / f"{name}.csv", f"distill@{name}") for name in sets}
    stages = ("download", "clean", "select", "split")
    counts = {stage: read_metrics(METRICS / f"{stage}.json", stage) for stage in stages}
    text = Text(_sample(), counts, _funnel(METRICS / "funnel.csv"))
    with atomic_path(Path("report")) as folder:
        write_page(results, text, curves, folder)
        write_summary(results, folder)


def _sample() -> bool:
    """Whether the text, or any task, is generated."""
    tasks = load("tasks", dict[str, Task]).values()
    return load("corpus", Corpus).source == "sample" or any(isinstance(task.data, SampleData) for task in tasks)


def _funnel(path: Path) -> list[tuple[str, int]]:
    """How many documents are left after each rule, beginning with all of them."""
    columns = read_columns(path, "select", ("rule", "documents_dropped", "documents_left"))
    try:
        dropped, left = ([int(cell) for cell in columns[f"documents_{what}"]] for what in ("dropped", "left"))
    except ValueError:
        raise PipelineError(f"{path}: holds what is no count; run `dvc repro select` again") from None
    if not left:
        raise PipelineError(f"{path}: is empty; run `dvc repro select` again")
    return [("raw", dropped[0] + left[0]), *zip(columns["rule"], left, strict=True)]


if __name__ == "__main__":
    run(main)
