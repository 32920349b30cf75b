"""The ablation: its comparisons, their intervals, and the rows they use."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy import stats

from bench.ablation import CHOOSING, START, Run, ablation_tables, halves, paired_interval, perform
from tinypt.evaluation.tasks.table import Split
from tinypt.files import fingerprint, write_json
from tinypt.params.loader import load
from tinypt.params.students import Student

ROOT = Path(__file__).parents[2]


def test_the_interval_equals_that_of_a_paired_t_test() -> None:
    first, second = [4.1, 3.9, 4.4, 4.0], [4.3, 4.0, 4.5, 4.4]
    mean, low, high = paired_interval(first, second)
    expected = stats.ttest_rel(first, second).confidence_interval(0.95)
    assert mean == pytest.approx(-0.2)
    assert (low, high) == pytest.approx((expected.low, expected.high))
    assert np.isnan(paired_interval([1.0], [2.0])[1])


def test_halves_are_disjoint_and_complete_and_have_every_class() -> None:
    labels = ["x"] * 20 + ["y"] * 25  # sorted by class, as in ASSIN2's file
    ids = [str(number) for number in range(45)]
    data = halves(Split(ids, [f"a{id}" for id in ids], [f"b{id}" for id in ids], labels))
    assert data.train.ids == [*ids[:10], *ids[20:30], *ids[40:]]
    assert data.test.ids == [*ids[10:20], *ids[30:40]]
    assert data.test.second == [f"b{id}" for id in data.test.ids]
    assert data.classes == ["x", "y"] == sorted(set(data.test.labels))
    assert halves(Split(ids, ids, None, labels)).test.second is None


def test_each_student_is_compared_with_the_one_before_and_the_studys() -> None:
    chosen = dict.fromkeys(CHOOSING, 1.0)
    rows = {
        START: [chosen | {"bits": 9.0}, chosen | {"bits": 9.0}],
        "total": [chosen | {"bits": 5.0}, chosen | {"bits": 6.0}],
        "more": [chosen | {"bits": 4.0}, chosen | {"bits": 5.01}],
    }
    lines = ablation_tables(rows, "total")
    assert "| before training | 9.000 ± 0.000 |" in lines
    assert "| `total` | 5.500 ± 0.707 |" in lines
    assert "| `total` | -3.500 (-9.853 to +2.853) |" in lines
    # Less the row before, and less total: the same row, whose interval leaves out 0.
    assert lines.count("| `more` | **-0.995 (-1.059 to -0.931)** |") == 2
    assert not any("less" in line.lower() and "partial" in line for line in lines)


def test_a_finished_run_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    students: dict[str, Any] = {"mine": {"init": {}, "distill": {}}}
    measured = {"mlm_blocks": 1, "sentences": 2, "max_length": 8}
    Path("params.yaml").write_text(yaml.safe_dump({"students": students, "evaluate": measured}), encoding="utf-8")
    job = Run(Path("params.yaml"), "mine", 5, measure_start=False)
    key = fingerprint([students["mine"], measured, 5, False])
    write_json(Path(".cache/ablation") / f"mine-5-{key}" / "result.json", {"end": {"bits": 4.0}})
    assert perform(job) == {"end": {"bits": 4.0}}


def test_the_ablation_has_the_samples_data_and_models_but_trains_longer() -> None:
    ablation, sample = (yaml.safe_load((ROOT / f"params/{name}.yaml").read_text()) for name in ("ablation", "sample"))
    assert ablation.keys() == sample.keys()
    for model in ("teacher", "base"):
        for length in ("epochs", "batch_size", "learning_rate", "mask_probability", "validation_blocks"):
            sample[model]["training"][length] = ablation[model]["training"][length]
    for section in ablation.keys() - {"students", "evaluate"}:
        assert ablation[section] == sample[section], section
    students = load("students", dict[str, Student], ROOT / "params/ablation.yaml")
    shipped = load("students", dict[str, Student], ROOT / "params/sample.yaml")
    assert students["total"].init == shipped["total"].init
    assert students["total"].distill.losses == shipped["total"].distill.losses
    for first, second in (("mlm", "kl"), ("kl", "total"), ("relations", "hidden")):
        assert students[first].distill.losses.items() < students[second].distill.losses.items()
    options = [student.distill for student in students.values()]
    budget = {(each.batch_size, each.learning_rate, each.warmup) for each in options}
    assert len(budget) == 1
