import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from stages import compare
from tests.conftest import seal
from tinypt.evaluation.scores.predictions import read_predictions, write_predictions
from tinypt.evaluation.tasks.table import Split, TaskData, read_task, write_task
from tinypt.runtime.errors import PipelineError

ROOT = Path(__file__).parents[2]
ROWS = 60


def predictions(quality: float, classes: bool, seed: int) -> np.ndarray:
    """Predictions of which a share of `quality` is right and the rest random."""
    random = np.random.default_rng(seed)
    gold = np.arange(ROWS) % 3
    drawn = np.where(random.random(ROWS) < quality, gold, random.integers(3, size=ROWS))
    return drawn if classes else drawn + 0.1 * random.random(ROWS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two students, made-up tasks and made-up predictions."""
    monkeypatch.chdir(tmp_path)
    shipped = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    students = {name: shipped["students"][name] for name in ("total", "mlm_only")}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"seed": 7, "students": students}, sort_keys=False))
    for task, classes in (("sentiment", True), ("similarity", False)):
        gold = np.arange(ROWS) % 3
        labels = [f"class {label}" for label in gold] if classes else [float(label) for label in gold]
        names = [str(row) for row in range(ROWS)]
        data = TaskData(*(Split([f"{part}-{n}" for n in names], names, None, labels) for part in ("train", "test")))
        write_task(data, tmp_path / "data/tasks" / task)
        write_predictions(
            data, {"constant": predictions(0.0, classes, 0)}, tmp_path / f"data/tasks/{task}/baselines.parquet"
        )
        for number, (model, quality) in enumerate(
            {"teacher": 0.95, "base": 0.5, "untrained": 0.1, "total": 0.8, "mlm_only": 0.5}.items()
        ):
            columns = {"frozen": predictions(0.4, classes, number)}
            for start, head in ((0, "matched"), (100, "cls")):
                columns |= {
                    f"finetune_{head}_{seed}": predictions(quality, classes, start + 10 * seed + number)
                    for seed in (1, 2, 3)
                }
            write_predictions(data, columns, tmp_path / "data/predictions" / model / f"{task}.parquet")
    seal(tmp_path / "data/tasks", *(tmp_path / "data/predictions").iterdir())
    return tmp_path


def test_all_comparisons_and_gaps(project: Path) -> None:
    compare.main()
    path = project / "metrics/compare.json"
    found = json.loads(path.read_text())
    assert list(found) == ["sentiment", "similarity", "gap_recovered"]
    for task in ("sentiment", "similarity"):
        assert list(found[task]) == ["frozen", "finetune_matched", "finetune_cls"]
        assert list(found[task]["finetune_matched"]["total"]) == [
            "teacher",
            "base",
            "untrained",
            "mlm_only",
            "constant",
        ]
        assert list(found[task]["finetune_matched"]["untrained"]) == [
            "teacher",
            "base",
            "total",
            "mlm_only",
            "constant",
        ]
        entry = found[task]["finetune_matched"]["total"]["untrained"]
        assert entry["verdict"] == "better"
        assert 0 < entry["low"] < entry["difference"] < entry["high"]
        gap = found["gap_recovered"][task]["finetune_matched"]["total"]
        assert 0 < gap["low"] < gap["value"] < gap["high"] < 1.2
    before = path.read_bytes()
    compare.main()
    assert path.read_bytes() == before


def test_a_student_with_task_distillation_is_compared_with_itself_without(project: Path) -> None:
    for task, classes in (("sentiment", True), ("similarity", False)):
        path = project / f"data/predictions/total/{task}.parquet"
        data = read_task(project / "data/tasks" / task)
        columns = read_predictions(data, path, "evaluate@total")
        columns |= {f"task_distillation_cls_{seed}": predictions(1.0, classes, seed) for seed in (1, 2, 3)}
        write_predictions(data, columns, path)
    seal(project / "data/predictions/total")
    compare.main()
    found = json.loads((project / "metrics/compare.json").read_text())
    distilled = found["sentiment"]["task_distillation_cls"]
    assert list(distilled) == ["total"]
    assert set(distilled["total"]) == {"teacher", "base", "untrained", "finetune_cls", "mlm_only", "constant"}
    assert distilled["total"]["finetune_cls"]["verdict"] == "better"
    assert found["gap_recovered"]["sentiment"]["task_distillation_cls"]["total"]["value"] > 1


def test_there_is_no_gap_if_the_teacher_is_not_better_than_the_untrained_model(project: Path) -> None:
    folder = project / "data/predictions"
    for task in ("sentiment", "similarity"):
        (folder / f"untrained/{task}.parquet").write_bytes((folder / f"teacher/{task}.parquet").read_bytes())
    seal(folder / "untrained")
    compare.main()
    gaps = json.loads((project / "metrics/compare.json").read_text())["gap_recovered"]
    assert gaps == {
        task: {"frozen": {}, "finetune_matched": {}, "finetune_cls": {}} for task in ("sentiment", "similarity")
    }


def test_missing_predictions_name_the_stage(project: Path) -> None:
    shutil.rmtree(project / "data/predictions/total")
    with pytest.raises(PipelineError, match="run `dvc repro evaluate@total`"):
        compare.main()
