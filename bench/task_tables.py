"""Print the results of bench.tasks as Markdown tables of scores and of pairwise comparisons.

    python -m bench.task_tables teacher base untrained total ... > tables.md

Reads metrics/tasks.json, and for each named model metrics/<name>/evaluate.json and data/predictions/<name>/. Models
that have not been evaluated are left out.
"""

from pathlib import Path
from typing import Any

from tinypt.evaluation.scores.comparison import Entry, Resampled, compare
from tinypt.evaluation.scores.predictions import by_protocol, read_predictions
from tinypt.evaluation.scores.scoring import Labels, primary_metric
from tinypt.evaluation.tasks.table import TaskData, read_tasks
from tinypt.files import read_json
from tinypt.params.evaluate import HEADS
from tinypt.params.loader import load_seed
from tinypt.runtime.run import run

METRICS, PREDICTIONS = Path("metrics"), Path("data/predictions")
NAMES = ("pearson", "mse", "f1", "accuracy")


def main(*models: str) -> None:
    """Print the tables of the named models."""
    evaluated = [name for name in models if (METRICS / name / "evaluate.json").exists()]
    for task, data in read_tasks(Path("data/tasks")).items():
        print(f"\n## {task}\n")
        _scores(task, data, evaluated)
        baselines = by_protocol(read_predictions(data, Path("data/tasks") / task / "baselines.parquet", "tasks"))
        predictions = {
            name: by_protocol(read_predictions(data, PREDICTIONS / name / f"{task}.parquet", "evaluate"))
            for name in evaluated
        }
        for protocol in dict.fromkeys(name for by in predictions.values() for name in by):
            found = {name: by[protocol] for name, by in predictions.items() if protocol in by}
            _comparisons(data, protocol, found, baselines)


def _scores(task: str, data: TaskData, models: list[str]) -> None:
    """Print the scores of the models and of the baselines, with intervals."""
    metrics = [name for name in NAMES if (name in ("pearson", "mse")) == data.is_regression]
    scores = {name: read_json(METRICS / name / "evaluate.json")[task] for name in models}
    heads = [head for head in HEADS if all(f"finetune_{head}" in found for found in scores.values())]
    header = ["model", *(f"frozen: {name}" for name in metrics)]
    for head in heads:
        header += [*(f"fine-tuned, {head} head: {name}" for name in metrics), f"rate and dropout, {head} head"]
    print(f"| {' | '.join(header)} |\n|---{'|--:' * (len(header) - 1)}|")
    for name, found in scores.items():
        cells = [_interval(found["frozen"], metric, metric) for metric in metrics]
        for head in heads:
            tuned = found[f"finetune_{head}"]
            cells += [
                _interval(tuned, f"{metric}_mean", metric, f" ± {tuned[f'{metric}_sd']:.3f}") for metric in metrics
            ]
            chosen = found[f"selection_{head}"]
            cells.append(f"{chosen['learning_rate']:g}, {chosen['dropout']:g}")
        print(f"| {name} | {' | '.join(cells)} |")
    for name, baseline in read_json(METRICS / "tasks.json")[task]["baselines"].items():
        cells = [_interval(baseline, metric, metric) if metric in baseline else "–" for metric in metrics]
        print(f"| baseline: {name} | {' | '.join(cells)} |{' – |' * (len(header) - 1 - len(metrics))}")


def _interval(scores: dict[str, Any], key: str, metric: str, spread: str = "") -> str:
    return f"{scores[key]:.3f}{spread} [{scores[f'{metric}_low']:.3f}, {scores[f'{metric}_high']:.3f}]"


def _comparisons(data: TaskData, protocol: str, predictions: dict[str, Labels], baselines: dict[str, Labels]) -> None:
    """Print row minus column in the primary metric, in bold if the interval excludes zero."""
    seed = load_seed()
    systems = {name: Resampled(data, predicted, seed) for name, predicted in (predictions | baselines).items()}
    print(f"\n{protocol}, {primary_metric(data)}, row minus column:\n")
    print(f"| | {' | '.join(systems)} |\n|---{'|--:' * len(systems)}|")
    for left in predictions:
        cells = ["" if left == right else _cell(compare(systems[left], systems[right])) for right in systems]
        print(f"| {left} | {' | '.join(cells)} |")


def _cell(entry: Entry) -> str:
    text = f"{entry['difference']:+.3f} [{entry['low']:+.3f}, {entry['high']:+.3f}]"
    return text if entry["verdict"] == "no difference shown" else f"**{text}**"


if __name__ == "__main__":
    run(main)
