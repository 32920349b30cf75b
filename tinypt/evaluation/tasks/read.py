"""Reading a task's data from the source that its parameters name."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tinypt.evaluation.tasks.official import Skipped, read_assin2, read_tweetsentbr
from tinypt.evaluation.tasks.table import TaskData
from tinypt.params.tasks import PAIR_KINDS, Assin2Data, SampleData, Task, TweetSentBrData
from tinypt.sample.tasks import write_sample_tasks


def read_data(task: Task, seed: int) -> tuple[TaskData, Skipped]:
    """Read or generate a task's data; `seed` is that of the sample generator.

    Returns:
        The data, and counts of skipped rows by reason.

    Raises:
        PipelineError: a file is missing or malformed, or the hub's data cannot be read.
    """
    data = task.data
    if isinstance(data, SampleData):
        with TemporaryDirectory() as folder:
            write_sample_tasks(Path(folder), seed)
            return read_data(replace(task, data=_sample_files(task, Path(folder))), seed)
    if isinstance(data, Assin2Data):
        return read_assin2(data.train, data.test, task.kind)
    if isinstance(data, TweetSentBrData):
        return read_tweetsentbr(data.index, data.texts)
    from tinypt.evaluation.tasks.hub import read_hub  # here, because `datasets` is slow to import and rarely needed

    return read_hub(data, task.kind), {}


def _sample_files(task: Task, folder: Path) -> Assin2Data | TweetSentBrData:
    if task.kind in PAIR_KINDS:
        return Assin2Data("assin2_xml", folder / "assin2-train-only.xml", folder / "assin2-test.xml")
    return TweetSentBrData("tweetsentbr", folder / "tweetSentimentBR.txt", folder / "tweetsentbr_text.tsv")
