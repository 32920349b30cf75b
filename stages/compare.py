"""Compare all models on every task, pair by pair, with intervals.

Reads data/tasks, and of the references and every parameter set data/predictions/<model>/<task>.parquet; writes
metrics/compare.json: task -> protocol -> left -> right -> difference in the primary measure (Pearson or macro-F1;
left - right), its 95 % interval and a verdict on left; and under `gap_recovered` task -> protocol -> set -> share of
the way from the floor to the teacher, where the teacher is shown to be better than the floor. Sets that were taught
are compared, under `taught`, with all others as fine-tuned, and with themselves without teaching as `finetune`.
"""

from pathlib import Path
from typing import Any

from tinypt.evaluation.comparison import Resampled, compare, compare_all, gap_recovered
from tinypt.evaluation.predictions import by_protocol, read_predictions
from tinypt.evaluation.scoring import Labels
from tinypt.evaluation.tasks import TaskData, read_tasks
from tinypt.files import write_json
from tinypt.params.experiments import Experiment
from tinypt.params.loader import load, load_seed
from tinypt.progress import Progress
from tinypt.stage import run

REFERENCES = ("teacher", "base", "floor")


def main() -> None:
    """Write the comparisons of all models."""
    students, seed = list(load("experiments", dict[str, Experiment])), load_seed()
    stages = {name: f"reference@{name}" for name in REFERENCES} | {name: f"evaluate@{name}" for name in students}
    tasks = read_tasks(Path("data/tasks"))
    progress = Progress("comparing", "systems")
    compared: dict[str, Any] = {}
    gaps: dict[str, Any] = {}
    for task, data in tasks.items():
        models = {
            name: by_protocol(read_predictions(data, Path("data/predictions") / name / f"{task}.parquet", stage))
            for name, stage in stages.items()
        }
        floors = by_protocol(read_predictions(data, Path("data/tasks") / task / "floors.parquet", "tasks"))
        below = _resampled(data, floors, seed, progress)
        compared[task], gaps[task] = {}, {}
        for protocol in ("frozen", "finetune"):
            answers = {name: answered[protocol] for name, answered in models.items()}
            systems = _resampled(data, answers, seed, progress) | below
            compared[task][protocol] = compare_all(systems, list(models), students)
            shares = {name: gap_recovered(systems[name], systems["floor"], systems["teacher"]) for name in students}
            gaps[task][protocol] = {name: share for name, share in shares.items() if share is not None}
        taught = {name: answered["taught"] for name, answered in models.items() if "taught" in answered}
        for name, system in _resampled(data, taught, seed, progress).items():
            others = {other if other != name else "finetune": rival for other, rival in systems.items()}
            lines = {other: compare(system, rival) for other, rival in others.items()}
            compared[task].setdefault("taught", {})[name] = lines
            share = gap_recovered(system, systems["floor"], systems["teacher"])
            if share is not None:
                gaps[task].setdefault("taught", {})[name] = share
    progress.close()
    write_json(Path("metrics/compare.json"), compared | {"gap_recovered": gaps})


def _resampled(data: TaskData, answers: dict[str, Labels], seed: int, progress: Progress) -> dict[str, Resampled]:
    found = {}
    for name, predicted in answers.items():
        found[name] = Resampled(data, predicted, seed)
        progress.add(1)
    return found


if __name__ == "__main__":
    run(main)
