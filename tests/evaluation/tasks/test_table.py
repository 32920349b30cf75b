import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tinypt.evaluation.tasks.table import (
    Split,
    TaskData,
    check_task,
    describe_task,
    read_task,
    read_tasks,
    write_task,
)
from tinypt.files import sealed_path
from tinypt.runtime.errors import PipelineError


@pytest.mark.parametrize("name", ["sentiment", "similarity", "entailment"])
def test_round_trip(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    data: TaskData = request.getfixturevalue(name)
    write_task(data, tmp_path / "task")
    assert read_task(tmp_path / "task") == data
    assert read_tasks(tmp_path) == {"task": data}


def test_same_data_same_bytes(sentiment: TaskData, tmp_path: Path) -> None:
    write_task(sentiment, tmp_path / "one")
    write_task(sentiment, tmp_path / "two")
    for split in ("train", "test"):
        assert (tmp_path / f"one/{split}.parquet").read_bytes() == (tmp_path / f"two/{split}.parquet").read_bytes()


def test_classes_are_those_of_the_training_split(sentiment: TaskData) -> None:
    assert sentiment.classes == ["class 0", "class 1", "class 2"]
    assert sentiment.class_indices(sentiment.test)[:4] == [0, 1, 2, 0]


def test_description(similarity: TaskData, sentiment: TaskData) -> None:
    assert describe_task(similarity)["train"] == {"rows": 24, "label_mean": 3.25, "label_sd": 1.75}
    assert describe_task(sentiment)["test"] == {"rows": 24, "labels": {"class 0": 8, "class 1": 8, "class 2": 8}}


def test_a_test_class_that_cannot_be_learnt_is_refused(sentiment: TaskData) -> None:
    labels = ["unheard of", *map(str, sentiment.test.labels[1:])]
    with pytest.raises(PipelineError, match=r"tasks.tweets: .* no training row has: unheard of"):
        check_task("tweets", replace(sentiment, test=replace(sentiment.test, labels=labels)))


def test_empty_splits_and_repeated_ids_are_refused(sentiment: TaskData) -> None:
    check_task("tweets", sentiment)
    with pytest.raises(PipelineError, match="the test split has 0 usable rows"):
        check_task("tweets", replace(sentiment, test=Split([], [], None, [])))
    with pytest.raises(PipelineError, match="the id train-0 occurs twice"):
        check_task("tweets", TaskData(sentiment.train, sentiment.train))


def test_missing_and_damaged_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no tasks here"):
        read_tasks(tmp_path / "nowhere")
    (tmp_path / "task").mkdir()
    with pytest.raises(PipelineError, match=r"train.parquet: no such file; run the tasks stage"):
        read_tasks(tmp_path)
    (tmp_path / "task/train.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(PipelineError, match=r"train.parquet: not a task table"):
        read_tasks(tmp_path)


@pytest.mark.parametrize("label", [1e308, -1e308, 2e9])
def test_labels_whose_squares_have_no_place_are_refused(similarity: TaskData, label: float) -> None:
    labels = [label, *map(float, similarity.test.labels[1:])]
    with pytest.raises(PipelineError, match=r"tasks.pairs: the label of row \S+ is .*; scale the labels"):
        check_task("pairs", replace(similarity, test=replace(similarity.test, labels=labels)))


def test_a_missing_task_is_named(tmp_path: Path, sentiment: TaskData) -> None:
    with sealed_path(tmp_path / "tasks") as folder:
        for name in ("irony", "tweets"):
            write_task(sentiment, folder / name)
    shutil.rmtree(tmp_path / "tasks/irony")
    with pytest.raises(PipelineError, match=r"irony/test\.parquet: no such file, but .*checksums\.xxh3 lists it"):
        read_tasks(tmp_path / "tasks")
