"""Print as Markdown what bench.tasks has measured, model by model and pair by pair, whatever is there already.

    python -m bench.task_tables teacher base untrained total ... > tables.md

Reads metrics/tasks.json, and of the models named metrics/<name>/evaluate.json and data/predictions/<name>/; those that
have not been measured are left out.
"""

from pathlib import Path
from typing import Any

from tinypt.evaluation.scores.comparison import Entry, Resampled, compare
from tinypt.evaluation.scores.predictions import by_protocol, read_predictions
from tinypt.evaluation.scores.scoring import Labels, primary_metric
from tinypt.evaluation.tasks.table import TaskData, read_tasks
from tinypt.files import read_json
from tinypt.params.loader import load_seed
from tinypt.runtime.run import run

METRICS, PREDICTIONS = Path("metrics"), Path("data/predictions")
MEASURES = ("pearson", "mse", "f1", "accuracy")


def main(*models: str) -> None:
    """Print the tables of the models given by name."""
    measured = [name for name in models if (METRICS / name / "evaluate.json").exists()]
    for task, data in read_tasks(Path("data/tasks")).items():
        print(f"\n## {task}\n")
        _scores(task, data, measured)
        baselines = by_protocol(read_predictions(data, Path("data/tasks") / task / "baselines.parquet", "tasks"))
        answers = {
            name: by_protocol(read_predictions(data, PREDICTIONS / name / f"{task}.parquet", "evaluate"))
            for name in measured
        }
        for protocol in ("frozen", "finetune"):
            _comparisons(data, protocol, {name: answers[name][protocol] for name in measured}, baselines)


def _scores(task: str, data: TaskData, models: list[str]) -> None:
    """Every model's scores with their intervals, and the baselines'."""
    measures = [name for name in MEASURES if (name in ("pearson", "mse")) == data.is_regression]
    header = ["model", *(f"frozen: {name}" for name in measures), *(f"fine-tuned: {name}" for name in measures), "rate"]
    print(f"| {' | '.join(header)} |\n|---{'|--:' * (len(header) - 1)}|")
    for name in models:
        scores = read_json(METRICS / name / "evaluate.json")[task]
        cells = [_interval(scores["frozen"], measure, measure) for measure in measures]
        for measure in measures:
            spread = f" ± {scores['finetune'][f'{measure}_sd']:.3f}"
            cells.append(_interval(scores["finetune"], f"{measure}_mean", measure, spread))
        print(f"| {name} | {' | '.join(cells)} | {scores['selection']['learning_rate']:g} |")
    for name, untrained in read_json(METRICS / "tasks.json")[task]["baselines"].items():
        cells = [_interval(untrained, measure, measure) if measure in untrained else "–" for measure in measures]
        print(f"| no model: {name} | {' | '.join(cells)} |{' – |' * (len(measures) + 1)}")


def _interval(scores: dict[str, Any], key: str, measure: str, spread: str = "") -> str:
    return f"{scores[key]:.3f}{spread} [{scores[f'{measure}_low']:.3f}, {scores[f'{measure}_high']:.3f}]"


def _comparisons(data: TaskData, protocol: str, answers: dict[str, Labels], baselines: dict[str, Labels]) -> None:
    """Row minus column in the primary measure; in bold where the interval excludes zero."""
    seed = load_seed()
    systems = {name: Resampled(data, predicted, seed) for name, predicted in (answers | baselines).items()}
    print(f"\n{protocol}, {primary_metric(data)}, row minus column:\n")
    print(f"| | {' | '.join(systems)} |\n|---{'|--:' * len(systems)}|")
    for left in answers:
        cells = ["" if left == right else _cell(compare(systems[left], systems[right])) for right in systems]
        print(f"| {left} | {' | '.join(cells)} |")


def _cell(entry: Entry) -> str:
    text = f"{entry['difference']:+.3f} [{entry['low']:+.3f}, {entry['high']:+.3f}]"
    return text if entry["verdict"] == "no difference shown" else f"**{text}**"


if __name__ == "__main__":
    run(main)
