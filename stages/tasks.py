"""Bring the evaluation tasks into one form, and measure what each can be solved to without a model.

Reads the files or hub data sets that `tasks` in params.yaml names; writes data/tasks/<task>/{train,test}.parquet,
what the baselines answer as baselines.parquet beside them, and metrics/tasks.json.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tinypt.evaluation.baselines.baselines import baseline_predictions, describe
from tinypt.evaluation.scores.predictions import write_predictions
from tinypt.evaluation.tasks.contamination import check_contamination
from tinypt.evaluation.tasks.official import Skipped, read_assin2, read_tweetsentbr
from tinypt.evaluation.tasks.table import TaskData, check_task, write_task
from tinypt.files import atomic_path, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.tasks import PAIR_KINDS, Assin2Data, SampleData, Task, TweetSentBrData
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.sample.tasks import write_sample_tasks

RESERVED = ("mlm", "words", "gap_recovered")  # other entries of metrics/<model>/evaluate.json and metrics/compare.json


def main() -> None:
    """Write every task's tables and the metrics of all."""
    tasks, seed = load("tasks", dict[str, Task]), load_seed()
    metrics = {}
    with atomic_path(Path("data/tasks")) as folder:
        folder.mkdir()
        for name, task in tasks.items():
            if name in RESERVED or not (name.isascii() and name.isidentifier()):
                raise PipelineError(
                    f"params.yaml: tasks.{name}: a task's name is made of letters, digits and _, and is not "
                    f"{' or '.join(RESERVED)}"
                )
            data, skipped = _read(task, seed)
            check_task(name, data)
            contamination = check_contamination(name, data, task.max_contamination)
            write_task(data, folder / name)
            baselines = baseline_predictions(data)
            write_predictions(data, baselines, folder / name / "baselines.parquet")
            metrics[name] = describe(data, skipped, baselines, seed) | {"contamination": contamination}
    write_json(Path("metrics/tasks.json"), metrics)


def _read(task: Task, seed: int) -> tuple[TaskData, Skipped]:
    data = task.data
    if isinstance(data, SampleData):
        with TemporaryDirectory() as folder:
            write_sample_tasks(Path(folder), seed)
            return _read(replace(task, data=_sample_files(task, Path(folder))), seed)
    if isinstance(data, Assin2Data):
        return read_assin2(data.train, data.test, task.kind)
    if isinstance(data, TweetSentBrData):
        return read_tweetsentbr(data.index, data.texts)
    from tinypt.evaluation.tasks.hub import read_hub  # here, because `datasets` is slow to import and seldom needed

    return read_hub(data, task.kind), {}


def _sample_files(task: Task, folder: Path) -> Assin2Data | TweetSentBrData:
    if task.kind in PAIR_KINDS:
        return Assin2Data("assin2_xml", folder / "assin2-train-only.xml", folder / "assin2-test.xml")
    return TweetSentBrData("tweetsentbr", folder / "tweetSentimentBR.txt", folder / "tweetsentbr_text.tsv")


if __name__ == "__main__":
    run(main)
