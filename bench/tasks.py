"""Measure finished models on the tasks alone: no held-out text, no tokens, nothing but folders of models.

    python -m stages.tasks
    python -m bench.tasks teacher=models/teacher total=models/total/distilled ...
    python -m stages.compare

Reads params.yaml and data/tasks. Writes what the evaluate stage does, without its two measures of masked words:
metrics/<name>/evaluate.json and data/predictions/<name>/. A model that has its metrics is left alone, so that a
run that was stopped goes on.
"""

import logging
import time
from pathlib import Path

from tinypt.evaluation.evaluate import task_results, write_results
from tinypt.evaluation.model import load_subject
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.files import write_json
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load, load_seed
from tinypt.runtime.run import run

log = logging.getLogger(__name__)
PREDICTIONS = Path("data/predictions")


def main(*models: str) -> None:
    """Measure each model given as name=folder."""
    options, seed = load("evaluate", Evaluate), load_seed()
    tasks = read_tasks(Path("data/tasks"))
    for name, _, folder in (model.partition("=") for model in models):
        path = Path("metrics") / name / "evaluate.json"
        if path.exists():
            log.info("%s: has been measured", name)
            continue
        began = time.process_time()
        evaluated = load_subject(name, Path(folder), options.max_length)
        results = task_results(evaluated, tasks, options, seed, PREDICTIONS)
        write_results(name, tasks, results, PREDICTIONS)
        write_json(path, results.metrics)
        log.info("%s: %.0f s of CPU", name, time.process_time() - began)


if __name__ == "__main__":
    run(main)
