"""Bring the evaluation tasks into one table format, and score baselines without a neural network on them.

Reads the files or hub data sets that `tasks` in params.yaml names. Writes data/tasks/<task>/{train,test}.parquet, the
baselines' predictions to baselines.parquet in the same folder, and metrics/tasks.json.
"""

from pathlib import Path

from tinypt.evaluation.baselines.predict import baseline_predictions, baseline_scores
from tinypt.evaluation.scores.predictions import write_predictions
from tinypt.evaluation.tasks.contamination import check_contamination
from tinypt.evaluation.tasks.read import read_data
from tinypt.evaluation.tasks.table import check_task, describe_task, write_task
from tinypt.files import sealed_path, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.tasks import Task
from tinypt.runtime.run import run


def main() -> None:
    """Write every task's tables and the metrics of all."""
    tasks, seed = load("tasks", dict[str, Task]), load_seed()
    metrics = {}
    with sealed_path(Path("data/tasks")) as folder:
        folder.mkdir()
        for name, task in tasks.items():
            data, skipped = read_data(task, seed)
            check_task(name, data)
            contamination = check_contamination(name, data, task.max_contamination)
            write_task(data, folder / name)
            baselines = baseline_predictions(data)
            write_predictions(data, baselines, folder / name / "baselines.parquet")
            metrics[name] = describe_task(data) | {
                "skipped": skipped,
                "baselines": baseline_scores(data, baselines, seed),
                "contamination": contamination,
            }
    write_json(Path("metrics/tasks.json"), metrics)


if __name__ == "__main__":
    run(main)
