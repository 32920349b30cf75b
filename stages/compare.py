"""Compare all models on every task, pair by pair, with intervals.

Reads data/tasks, and of the references and every parameter set data/predictions/<model>/<task>.parquet; writes
metrics/compare.json: task -> protocol -> left -> right -> difference in the primary measure (Pearson or macro-F1;
left - right), its 95 % interval and a verdict on left; and under `gap_recovered` task -> protocol -> set -> share of
the way from the untrained to the teacher, where the teacher is shown to be better than the untrained. Sets that were taught
are compared, under `taught`, with all others as fine-tuned, and with themselves without task_distillation as `finetune`.
"""

from pathlib import Path
from typing import Any

from tinypt.evaluation.scores.comparison import Entry, Resampled, compare, compare_all, gap_recovered
from tinypt.evaluation.scores.predictions import by_protocol, read_predictions
from tinypt.evaluation.scores.scoring import Labels
from tinypt.evaluation.tasks.table import TaskData, read_tasks
from tinypt.files import write_json
from tinypt.params.loader import load_seed, student_names
from tinypt.runtime.progress import Progress
from tinypt.runtime.run import run

REFERENCES = ("teacher", "base", "untrained")
PREDICTIONS = Path("data/predictions")
WITHOUT = "finetune"  # a taught set's rival that is itself, without task_distillation


def main() -> None:
    """Write the comparisons of all models."""
    students, seed = student_names(), load_seed()
    stages = {name: f"reference@{name}" for name in REFERENCES} | {name: f"evaluate@{name}" for name in students}
    tasks = read_tasks(Path("data/tasks"))
    progress = Progress("comparing", "systems")
    compared: dict[str, Any] = {}
    gaps: dict[str, Any] = {}
    for task, data in tasks.items():
        models = {
            name: by_protocol(read_predictions(data, PREDICTIONS / name / f"{task}.parquet", stage))
            for name, stage in stages.items()
        }
        baselines = by_protocol(read_predictions(data, Path("data/tasks") / task / "baselines.parquet", "tasks"))
        below = _resampled(data, baselines, seed, progress)
        compared[task], gaps[task] = {}, {}
        for protocol in ("frozen", "finetune"):
            answers = {name: answered[protocol] for name, answered in models.items()}
            systems = _resampled(data, answers, seed, progress) | below
            compared[task][protocol] = compare_all(systems, models)
            gaps[task][protocol] = _gaps({name: systems[name] for name in students}, systems)
        answers = {
            name: answered["task_distillation"] for name, answered in models.items() if "task_distillation" in answered
        }
        if answers:
            taught = _resampled(data, answers, seed, progress)
            compared[task]["task_distillation"] = {
                name: {WITHOUT if other == name else other: compare(system, systems[other]) for other in systems}
                for name, system in taught.items()
            }
            gaps[task]["task_distillation"] = _gaps(taught, systems)
    progress.close()
    write_json(Path("metrics/compare.json"), compared | {"gap_recovered": gaps})


def _gaps(students: dict[str, Resampled], systems: dict[str, Resampled]) -> dict[str, Entry]:
    shares = {name: gap_recovered(one, systems["untrained"], systems["teacher"]) for name, one in students.items()}
    return {name: share for name, share in shares.items() if share is not None}


def _resampled(data: TaskData, answers: dict[str, Labels], seed: int, progress: Progress) -> dict[str, Resampled]:
    found = {}
    for name, predicted in answers.items():
        found[name] = Resampled(data, predicted, seed)
        progress.add(1)
    return found


if __name__ == "__main__":
    run(main)
