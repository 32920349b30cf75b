import json
from pathlib import Path

import pytest

from tests.reporting.conftest import SETS, evaluation, write
from tinypt.reporting.results import flatten, interval, metrics_of, read_results, value
from tinypt.reporting.tables import show_score
from tinypt.runtime.errors import PipelineError


def test_references_come_first_then_the_sets_in_the_order_given(metrics: Path) -> None:
    results = read_results(metrics, reversed(SETS))
    assert list(results.models) == ["teacher", "base", "untrained", "total", "partial"]
    assert results.task_names() == ["assin2_similarity", "assin2_entailment", "tweetsentbr"]


def test_what_is_no_parameter_set_is_left_alone(metrics: Path) -> None:
    (metrics / "stale").mkdir()
    (metrics / "stale/evaluate.json").write_text("no JSON at all")
    assert "stale" not in read_results(metrics, SETS).models


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        ("teacher/evaluate.json", "reference@teacher"),
        ("total/evaluate.json", "evaluate@total"),
        ("total/distill.json", "distill@total"),
        ("tasks.json", "tasks"),
    ],
)
def test_a_missing_file_is_refused_by_name_with_its_stage(metrics: Path, file: str, stage: str) -> None:
    (metrics / file).unlink()
    with pytest.raises(PipelineError, match=rf"{file}: no such file; run `dvc repro {stage}`") as refused:
        read_results(metrics, SETS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["[1]", "3", "{"])
def test_a_file_of_another_shape_is_refused(metrics: Path, content: str) -> None:
    (metrics / "total/evaluate.json").write_text(content)
    with pytest.raises(PipelineError, match=r"total/evaluate.json: .*again"):
        read_results(metrics, SETS)


def test_unknown_keys_do_no_harm(metrics: Path) -> None:
    scores = evaluation(0.6) | {"new": {"deep": {"er": 1.5}}, "note": "text", "flag": True}
    scores["assin2_similarity"]["frozen"]["new"] = 0.25
    write(metrics / "total/evaluate.json", scores)
    results = read_results(metrics, SETS)
    assert metrics_of(results, "assin2_similarity") == ["pearson", "mse", "new"]
    assert results.task_names() == ["assin2_similarity", "assin2_entailment", "tweetsentbr"]


def test_a_score_is_the_metric_or_its_mean() -> None:
    scores = evaluation(0.5)
    assert value(scores, "assin2_similarity", "frozen", "pearson") == 0.4
    assert value(scores, "assin2_similarity", "finetune", "pearson") == 0.5
    assert value(scores, "assin2_similarity", "finetune", "f1") is None
    assert value(scores, "gone", "frozen", "f1") is None


def test_an_interval_is_the_bootstraps_or_a_deviation_over_several_seeds() -> None:
    scores = evaluation(0.5)
    assert interval(scores, "assin2_similarity", "frozen", "pearson") == (0.25, 0.75)
    assert interval(scores, "assin2_similarity", "finetune", "pearson") == pytest.approx((0.48, 0.52))
    assert interval(scores, "assin2_similarity", "frozen", "mse") is None
    scores["assin2_similarity"]["finetune"] |= {"pearson_low": 0.4, "pearson_high": 0.6}
    assert interval(scores, "assin2_similarity", "finetune", "pearson") == (0.4, 0.6)
    assert show_score(scores, "assin2_similarity", "finetune", "pearson") == "0.5000 [0.400, 0.600]"
    scores["assin2_similarity"]["finetune"] = {"seeds": 1, "pearson_mean": 0.5, "pearson_sd": 0.0}
    assert interval(scores, "assin2_similarity", "finetune", "pearson") is None


def test_flatten_keeps_numbers_in_order_and_nothing_else() -> None:
    nested = json.loads(
        '{"b": {"y": 1, "x": [2]}, "a": 0.5, "text": "t", "flag": true, "none": null, "n": {"n": {"n": 3}}}'
    )
    assert flatten(nested) == {"b.y": 1, "a": 0.5, "n.n.n": 3}
    assert list(flatten(nested)) == ["b.y", "a", "n.n.n"]
