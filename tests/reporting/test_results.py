import json
from pathlib import Path
from typing import Any

import pytest

from tests.reporting.conftest import STUDENTS, TASKS, evaluation, write
from tinypt.reporting.results import BASELINE, Key, Results, Score, flatten, read_results, tabulate
from tinypt.reporting.tables import show_score
from tinypt.runtime.errors import PipelineError


def test_references_come_first_then_the_students_in_the_order_given(metrics: Path) -> None:
    results = read_results(metrics, reversed(STUDENTS), TASKS)
    assert results.models == ["teacher", "base", "untrained", "total", "partial"]
    assert results.tasks() == ["assin2_similarity", "assin2_entailment", "tweetsentbr"]


def test_folders_of_other_models_are_ignored(metrics: Path) -> None:
    (metrics / "stale").mkdir()
    (metrics / "stale/evaluate.json").write_text("no JSON at all")
    assert "stale" not in read_results(metrics, STUDENTS, TASKS).models


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
        read_results(metrics, STUDENTS, TASKS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["[1]", "3", "{", "{}", "[" * 100_000, '{"mlm": {"loss": "low"}}'])
@pytest.mark.parametrize("file", ["total/evaluate.json", "total/distill.json", "tasks.json"])
def test_a_file_of_another_shape_is_refused(metrics: Path, file: str, content: str) -> None:
    (metrics / file).write_text(content)
    with pytest.raises(PipelineError, match=rf"{file}: .*again") as refused:
        read_results(metrics, STUDENTS, TASKS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("total/evaluate.json", "total/distill.json"),
        ("total/evaluate.json", "compare.json"),
        ("total/distill.json", "total/evaluate.json"),
        ("tasks.json", "compare.json"),
    ],
)
def test_the_file_of_another_stage_is_refused(metrics: Path, file: str, other: str) -> None:
    (metrics / file).write_bytes((metrics / other).read_bytes())
    with pytest.raises(PipelineError, match=rf"{file}: has no number .*; run `dvc repro .*` again$"):
        read_results(metrics, STUDENTS, TASKS)


def test_scores_of_every_task_of_the_parameters_are_needed(metrics: Path) -> None:
    with pytest.raises(PipelineError, match=r"teacher/evaluate.json: has no number assin1\.frozen; run `dvc repro ref"):
        read_results(metrics, STUDENTS, [*TASKS, "assin1"])


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "1" * 400])
def test_a_number_that_is_not_finite_is_refused(metrics: Path, number: str) -> None:
    text = (metrics / "total/evaluate.json").read_text()
    (metrics / "total/evaluate.json").write_text(text.replace("12345", number))
    with pytest.raises(PipelineError, match=r"total/evaluate.json: mlm.masked_tokens is no finite number; run `dvc"):
        read_results(metrics, STUDENTS, TASKS)


def test_unknown_keys_do_no_harm(metrics: Path) -> None:
    scores = evaluation(0.6) | {"new": {"deep": {"er": 1.5}}, "note": "text", "flag": True}
    scores["assin2_similarity"]["frozen"]["new"] = 0.25
    write(metrics / "total/evaluate.json", scores)
    results = read_results(metrics, STUDENTS, TASKS)
    assert results.metrics("assin2_similarity") == ["pearson", "mse", "new"]
    assert results.tasks() == ["assin2_similarity", "assin2_entailment", "tweetsentbr"]


def test_the_best_is_the_highest_by_the_primary_metric() -> None:
    scores = {"a": (0.7, 2.0), "b": (0.9, 3.0), "c": (0.8, 1.0)}
    evaluations = {name: {"t": {"frozen": {"mse": mse, "pearson": r}}} for name, (r, mse) in scores.items()}
    results = tabulate(evaluations | {"d": {}}, {}, {})
    assert results.best(results.models, "t", "frozen") == "b"
    assert results.best(["d", "c", "a"], "t", "frozen") == "c"
    assert results.best(["d"], "t", "frozen") is None


def one_model(evaluation: dict[str, Any]) -> Results:
    return tabulate({"total": evaluation}, {}, {})


def test_every_number_of_every_file_is_in_the_table(metrics: Path) -> None:
    numbers = read_results(metrics, STUDENTS, TASKS).numbers
    assert numbers[Key("total", "mlm", "", "masked_tokens")] == 12345
    assert numbers[Key("total", "assin2_similarity", "frozen", "pearson_low")] == 0.25
    assert numbers[Key("total", "assin2_similarity", "finetune_matched", "seeds")] == 3
    assert numbers[Key("word_jaccard", "assin2_similarity", BASELINE, "pearson")] == 0.546
    assert len(numbers) == 5 * 49 + 13


def test_numbers_outside_the_protocols_are_not_scores_of_a_task() -> None:
    results = one_model({"t": {"frozen": {"f1": 0.5}, "selection": {"learning_rate": 0.001}}, "mlm": {"loss": 2.5}})
    assert results.numbers[Key("total", "t", "", "selection.learning_rate")] == 0.001
    assert results.metrics("t") == ["f1"]
    assert results.language_metrics() == [("mlm", "loss")]
    assert results.measurements("total") == ["t", "mlm"]


def test_a_score_is_the_metric_or_its_mean() -> None:
    results = one_model(evaluation(0.5))
    frozen = results.score("total", "assin2_similarity", "frozen", "pearson")
    tuned = results.score("total", "assin2_similarity", "finetune_matched", "pearson")
    assert frozen is not None
    assert tuned is not None
    assert (frozen.value, tuned.value) == (0.4, 0.5)
    assert results.score("total", "assin2_similarity", "finetune_matched", "f1") is None
    assert results.score("total", "gone", "frozen", "f1") is None
    assert results.values(["total", "base"], "assin2_similarity", "frozen", "pearson") == {"total": 0.4}


def test_the_bounds_of_a_score_are_an_interval_or_a_deviation_over_several_seeds() -> None:
    def score(protocol: str, metric: str) -> Score | None:
        return one_model(scores).score("total", "assin2_similarity", protocol, metric)

    scores = evaluation(0.5)
    assert score("frozen", "pearson") == Score(0.4, 0.25, 0.75)
    assert score("finetune_matched", "pearson") == Score(0.5, pytest.approx(0.48), pytest.approx(0.52), deviation=True)
    assert show_score(score("finetune_matched", "pearson")) == "0.5000 ± 0.0200"
    assert score("frozen", "mse") == Score(0.5)
    scores["assin2_similarity"]["finetune_matched"] |= {"pearson_low": 0.4, "pearson_high": 0.6}
    assert score("finetune_matched", "pearson") == Score(0.5, 0.4, 0.6)
    assert show_score(score("finetune_matched", "pearson")) == "0.5000 [0.400, 0.600]"
    scores["assin2_similarity"]["finetune_matched"] = {"seeds": 1, "pearson_mean": 0.5, "pearson_sd": 0.0}
    assert score("finetune_matched", "pearson") == Score(0.5)
    assert show_score(None) == "–"


def test_flatten_keeps_numbers_in_order_and_nothing_else() -> None:
    nested = json.loads(
        '{"b": {"y": 1, "x": [2]}, "a": 0.5, "text": "t", "flag": true, "none": null, "n": {"n": {"n": 3}}}'
    )
    assert flatten(nested) == {"b.y": 1, "a": 0.5, "n.n.n": 3}
    assert list(flatten(nested)) == ["b.y", "a", "n.n.n"]
