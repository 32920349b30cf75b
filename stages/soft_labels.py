"""Fine-tune the teacher of task distillation and write its outputs for students: `python -m stages.soft_labels`.

Reads data/tasks, and models/teacher or an encoder from the hub; writes data/soft_labels/<task>+<task>.parquet, one for
each group of tasks that are learnt together, and the teacher's own scores to metrics/soft_labels.json. Without task
distillation the folder is empty. A killed run goes on with the next group.
"""

from pathlib import Path
from typing import Any

from tinypt.files import sealed_path, write_json
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load, load_seed
from tinypt.runtime.run import run

NAME = "soft_labels"
FOLDER, TASKS = Path("data") / NAME, Path("data/tasks")


def main() -> None:
    """Write the soft labels of all groups of tasks."""
    options, seed = load("evaluate", Evaluate), load_seed()
    metrics: dict[str, Any] = {}
    if options.task_distillation is None:
        with sealed_path(FOLDER) as folder:
            folder.mkdir(parents=True)
    else:  # imported only now: without task distillation the stage ends before PyTorch would be loaded
        from tinypt.evaluation.model import load_encoder_model, load_evaluated
        from tinypt.evaluation.parts import collect, finish, soft_label_parts
        from tinypt.runtime.hub import fetch_model

        teacher = options.task_distillation.teacher
        if teacher is None:
            model = Path("models/teacher")
            evaluated = load_evaluated("teacher", model, options.max_length)
        else:
            model = fetch_model(teacher.id, teacher.revision)
            evaluated = load_encoder_model(teacher.id, model, options.max_length)
        metrics = collect(finish(NAME, soft_label_parts(evaluated, model, TASKS, options, seed)), FOLDER)
    write_json(Path("metrics") / f"{NAME}.json", metrics)


if __name__ == "__main__":
    run(main)
