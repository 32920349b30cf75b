import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from stages import evaluate
from tests.conftest import seal
from tinypt.evaluation import parts
from tinypt.evaluation.evaluate import TaskResults, evaluate_tasks
from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.scores.predictions import read_predictions
from tinypt.evaluation.scores.scoring import gold_labels, primary_metric, task_scores
from tinypt.evaluation.tasks.table import Split, TaskData, read_tasks, write_task
from tinypt.files import write_json
from tinypt.modeling.load import load_model, save_model
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.pieces import PIECES, pieces_of

PARAMS = """seed: 7
evaluate:
  mlm_blocks: 20
  sentences: 10
  max_length: 32
  finetune:
    {heads: [matched, cls], learning_rates: [1.0e-3, 1.0e-2], dropouts: [0.0], folds: 2, fold_rows: 12, epochs: 1,
     batch_size: 8, seeds: [1, 2], joint: []}
  task_distillation: null
"""


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    texts: list[str],
) -> Path:
    """A small version of all inputs of the stage."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(PARAMS)
    save_model(teacher, cased, tmp_path / "models/teacher")
    ids = cased(" ".join(texts), add_special_tokens=False)["input_ids"]
    (tmp_path / "data/tokens/teacher/test").mkdir(parents=True)
    np.save(tmp_path / "data/tokens/teacher/test/blocks.npy", np.resize(np.array(ids, dtype=np.uint16), (40, 32)))
    write_json(tmp_path / "data/tokens/teacher/test" / PIECES, pieces_of(cased))
    (tmp_path / "data/split/test").mkdir(parents=True)
    columns = {"doc_id": list(map(str, range(len(texts)))), "title": texts, "uri": texts, "text": texts}
    pq.write_table(pa.table(columns), tmp_path / "data/split/test/shard-00000.parquet")
    names, scores = ["sim", "não"] * 12, [1.0, 4.5, 3.0] * 8
    first, second = ([f"{text} {number}" for number, text in enumerate(texts[start : start + 24])] for start in (0, 1))
    for name, other, labels in (("similarity", second, scores), ("sentiment", None, names)):
        splits = [Split([f"{split}-{row}" for row in range(24)], first, other, labels) for split in ("train", "test")]
        write_task(TaskData(*splits), tmp_path / "data/tasks" / name)
    seal(*(tmp_path / "data" / name for name in ("tokens/teacher", "split", "tasks")))
    return tmp_path


def test_metrics_of_every_protocol_and_task(project: Path) -> None:
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    path = project / "metrics/teacher/evaluate.json"
    metrics = json.loads(path.read_text())
    assert list(metrics) == ["mlm", "words", "sentiment", "similarity"]
    assert set(metrics["mlm"]) == {"loss", "masked_tokens"}
    bounds = {"pearson_low", "pearson_high", "mse_low", "mse_high"}
    assert set(metrics["similarity"]["frozen"]) == {"pearson", "mse"} | bounds
    protocols = [f"{part}_{head}" for head in ("matched", "cls") for part in ("finetune", "selection")]
    assert list(metrics["sentiment"]) == ["frozen", *protocols]
    assert set(metrics["sentiment"]["finetune_cls"]) == {"seeds"} | {
        f"{metric}_{part}" for metric in ("f1", "accuracy") for part in ("mean", "sd", "low", "high")
    }
    assert set(metrics["sentiment"]["selection_cls"]) == {
        "learning_rate",
        "dropout",
        "at_0.001_dropout_0",
        "at_0.01_dropout_0",
    }
    assert math.isfinite(metrics["similarity"]["finetune_matched"]["mse_mean"])
    scores = json.loads((project / "metrics/teacher/scores.json").read_text())
    assert scores == {
        "mlm_loss": metrics["mlm"]["loss"],
        "word_accuracy": metrics["words"]["accuracy"],
        "bits_per_character": metrics["words"]["bits_per_character"],
        "parameters": load_model(project / "models/teacher").num_parameters(),
        "sentiment": {
            "frozen": metrics["sentiment"]["frozen"]["f1"],
            "finetuned": metrics["sentiment"]["finetune_matched"]["f1_mean"],
        },
        "similarity": {
            "frozen": metrics["similarity"]["frozen"]["pearson"],
            "finetuned": metrics["similarity"]["finetune_matched"]["pearson_mean"],
        },
    }


def test_a_new_task_is_evaluated_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[str] = []

    def noted(model: EvaluatedModel, tasks: dict[str, TaskData], *others: Any) -> TaskResults:
        evaluated.extend(tasks)
        return evaluate_tasks(model, tasks, *others)

    monkeypatch.setattr(parts, "evaluate_tasks", noted)
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    assert evaluated == ["sentiment", "similarity"]
    before = {path: path.read_bytes() for path in written(project)}

    shutil.copytree(project / "data/tasks/sentiment", project / "data/tasks/irony")
    seal(project / "data/tasks")
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    assert evaluated == ["sentiment", "similarity", "irony"]
    tables = [path for path in before if path.suffix == ".parquet"]
    assert [path.read_bytes() for path in tables] == [before[path] for path in tables]
    with_irony = {path: path.read_bytes() for path in written(project)}
    assert {"irony"} < json.loads((project / "metrics/teacher/evaluate.json").read_text()).keys()

    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")  # nothing has changed: `dvc repro -f`
    assert evaluated[3:] == ["irony", "sentiment", "similarity"]
    assert {path: path.read_bytes() for path in written(project)} == with_irony


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("seed: 7", "seed: 8", ["sentiment", "similarity"]), ("mlm_blocks: 20", "mlm_blocks: 8", [])],
)
def test_a_changed_input_is_evaluated_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, again: list[str]
) -> None:
    evaluated: list[str] = []

    def noted(model: EvaluatedModel, tasks: dict[str, TaskData], *others: Any) -> TaskResults:
        evaluated.extend(tasks)
        nothing = {task: {"frozen": {}, "finetune_matched": {}} for task in tasks}
        return TaskResults(nothing, {task: {} for task in tasks})

    monkeypatch.setattr(parts, "evaluate_tasks", noted)
    monkeypatch.setattr(evaluate, "model_scores", lambda *_: {})
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    evaluated.clear()
    (project / "params.yaml").write_text(PARAMS.replace(old, new))
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    assert evaluated == again


@pytest.mark.parametrize("damage", ["cut", "stray", "no checksums", "no folder", "of another"])
def test_a_kept_part_is_used_only_as_it_was_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """After damage to the part of one task, an evaluation of a further task gives the bytes of a fresh one."""
    results: dict[tuple[str, ...], TaskResults] = {}

    def once(model: EvaluatedModel, tasks: dict[str, TaskData], *others: Any) -> TaskResults:
        if (*tasks,) not in results:  # it takes seconds, and gives the same each time
            results[(*tasks,)] = evaluate_tasks(model, tasks, *others)
        return results[(*tasks,)]

    monkeypatch.setattr(parts, "evaluate_tasks", once)
    shutil.copytree(project / "data/tasks/sentiment", project / "data/tasks/irony")
    seal(project / "data/tasks")
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    fresh = {path: path.read_bytes() for path in written(project)}
    folder = project / ".cache/evaluations/teacher"
    kept = {path.name: path for path in folder.iterdir()}
    by_task = {file.stem: path for path in kept.values() for file in path.glob("*.parquet")}
    shutil.rmtree(by_task["irony"])
    part, table = by_task["sentiment"], by_task["sentiment"] / "sentiment.parquet"
    if damage == "cut":
        (part / "metrics.json").write_text("{}")
    elif damage == "stray":
        shutil.copy(table, part / "stray.parquet")
    elif damage == "no checksums":
        (part / "checksums.xxh3").unlink()
        (part / "metrics.json").write_text("{}")
    elif damage == "no folder":
        shutil.rmtree(part)
        part.touch()
    else:
        shutil.rmtree(part)
        shutil.copytree(by_task["similarity"], part)
    (folder / "stray").touch()
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    assert {path: path.read_bytes() for path in written(project)} == fresh
    assert sorted(path.name for path in folder.iterdir()) == sorted(kept)


def written(project: Path) -> list[Path]:
    return [*(project / "metrics/teacher").iterdir(), *sorted((project / "data/predictions/teacher").iterdir())]


def test_scores_can_be_recomputed_from_the_predictions(project: Path) -> None:
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    metrics = json.loads((project / "metrics/teacher/evaluate.json").read_text())
    for task, data in read_tasks(project / "data/tasks").items():
        columns = read_predictions(data, project / f"data/predictions/teacher/{task}.parquet", "reference@teacher")
        tuned = [f"finetune_{head}_{seed}" for head in ("matched", "cls") for seed in (1, 2)]
        assert list(columns) == ["frozen", *tuned]
        gold, metric = gold_labels(data, data.test), primary_metric(data)
        assert task_scores(data, columns["frozen"], gold)[metric] == pytest.approx(metrics[task]["frozen"][metric])
        for protocol in ("finetune_matched", "finetune_cls"):
            scores = [task_scores(data, columns[f"{protocol}_{seed}"], gold)[metric] for seed in (1, 2)]
            assert np.mean(scores) == pytest.approx(metrics[task][protocol][f"{metric}_mean"], abs=1e-5)


def test_a_missing_model_is_named(project: Path) -> None:
    with pytest.raises(PipelineError, match="models/total/distilled: no model here"):
        evaluate.main("total", "models/total/distilled", "data/tokens/teacher")


def test_missing_blocks_are_named(project: Path) -> None:
    with pytest.raises(PipelineError, match=r"data/tokens/base/test/blocks.npy: no such file"):
        evaluate.main("teacher", "models/teacher", "data/tokens/base")


@pytest.mark.long
def test_evaluation_needs_neither_dvc_nor_datasets() -> None:
    code = "import stages.evaluate, sys; print({'dvc', 'datasets'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
