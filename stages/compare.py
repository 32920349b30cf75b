"""Compare all models on every task, pair by pair, with intervals.

Reads data/tasks and each model's data/predictions/<model>/<task>.parquet. Writes metrics/compare.json:

- task -> protocol -> left -> right -> `difference` in the primary metric (Pearson or macro-F1; left - right), its 95 %
  interval `low` and `high`, and a `verdict` on left. The left of `task_distillation_<head>` are students after task
  distillation; the right are all systems as fine-tuned, including the same student under the name `finetune_<head>`.
- `gap_recovered` -> task -> protocol -> student -> share of the gap between the untrained model and the teacher that
  the student closes, where the teacher is shown to be better than the untrained model.
"""

from pathlib import Path
from typing import Any

from tinypt.evaluation.scores.comparison import compare_models
from tinypt.evaluation.scores.predictions import by_protocol, read_predictions
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.files import write_json
from tinypt.params.loader import REFERENCES, load_seed, student_names
from tinypt.runtime.progress import Progress
from tinypt.runtime.run import run

TASKS, PREDICTIONS = Path("data/tasks"), Path("data/predictions")


def main() -> None:
    """Write the comparisons of all models."""
    students, seed = student_names(), load_seed()
    stages = {name: f"reference@{name}" for name in REFERENCES} | {name: f"evaluate@{name}" for name in students}
    tasks = read_tasks(TASKS)
    progress = Progress("comparing", "tasks", len(tasks))
    comparisons: dict[str, Any] = {}
    gaps: dict[str, Any] = {}
    for task, data in tasks.items():
        models = {
            name: by_protocol(read_predictions(data, PREDICTIONS / name / f"{task}.parquet", stage))
            for name, stage in stages.items()
        }
        baselines = by_protocol(read_predictions(data, TASKS / task / "baselines.parquet", "tasks"))
        comparisons[task], gaps[task] = compare_models(data, models, baselines, students, seed)
        progress.add(1)
    progress.close()
    write_json(Path("metrics/compare.json"), comparisons | {"gap_recovered": gaps})


if __name__ == "__main__":
    run(main)
