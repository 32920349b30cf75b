"""Evaluate finished models on the tasks alone. Needs only folders of models, without held-out text or tokens.

    python -m stages.tasks
    python -m stages.soft_labels    # for students with task distillation
    python -m bench.tasks teacher=models/teacher total=models/total/distilled ...
    python -m stages.compare

Reads params.yaml, data/tasks and data/soft_labels. Writes the output of the evaluate stage without its language-model
metrics: metrics/<name>/evaluate.json and data/predictions/<name>/. A model with metrics is skipped, so an interrupted
run can be resumed.
"""

import logging
import time
from pathlib import Path

from tinypt.evaluation.model import load_evaluated
from tinypt.evaluation.parts import collect, finish, task_parts
from tinypt.files import write_json
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load, load_seed
from tinypt.runtime.run import run

log = logging.getLogger(__name__)
PREDICTIONS, TASKS, SOFT_LABELS = Path("data/predictions"), Path("data/tasks"), Path("data/soft_labels")


def main(*models: str) -> None:
    """Evaluate each model given as name=folder."""
    options, seed = load("evaluate", Evaluate), load_seed()
    for name, _, folder in (model.partition("=") for model in models):
        path = Path("metrics") / name / "evaluate.json"
        if path.exists():
            log.info("%s: already evaluated", name)
            continue
        began = time.process_time()
        evaluated = load_evaluated(name, Path(folder), options.max_length)
        parts = task_parts(evaluated, Path(folder), TASKS, options, seed, SOFT_LABELS)
        write_json(path, collect(finish(name, parts), PREDICTIONS / name))
        log.info("%s: %.0f s of CPU time", name, time.process_time() - began)


if __name__ == "__main__":
    run(main)
