from pathlib import Path
from typing import Any

import pytest

from tests.reporting.conftest import STUDENTS, TASKS, comparisons, evaluation, write
from tinypt.reporting.comparisons import Difference, gap_table, pairs_table, read_comparisons
from tinypt.reporting.page import ReportData
from tinypt.reporting.results import read_results
from tinypt.runtime.errors import PipelineError


def test_a_pair_reads_the_same_from_both_sides(report_data: ReportData) -> None:
    pair = report_data.comparisons.find("tweetsentbr", "frozen", "untrained", "total")
    assert pair is not None
    assert pair.verdict == "worse"
    reverse = report_data.comparisons.find("tweetsentbr", "frozen", "total", "untrained")
    assert reverse == Difference(-pair.difference, -pair.high, -pair.low, "better")
    assert reverse.reversed() == pair
    assert report_data.comparisons.find("tweetsentbr", "frozen", "total", "total") is None


def test_the_pairs_of_all_models_with_interval_and_sign(report_data: ReportData) -> None:
    table = pairs_table(report_data.comparisons, "tweetsentbr", "frozen", ["teacher", "partial", "total"])
    assert [row[:4] for row in table.rows] == [
        ["teacher", "–", "+0.250 ▲ [+0.130, +0.370]", "+0.150 ▲ [+0.030, +0.270]"],
        ["partial", "−0.250 ▼ [−0.370, −0.130]", "–", "−0.100 = [−0.220, +0.020]"],
        ["total", "−0.150 ▼ [−0.270, −0.030]", "+0.100 = [−0.020, +0.220]", "–"],
    ]
    place = table.header.index("− baseline: SVM on 12 overlap features")
    assert [row[place] for row in table.rows] == ["–", "–", "−0.300 ▼ [−0.420, −0.180]"]


def test_a_task_distilled_student_is_compared_only_with_models_fine_tuned_on_labels(metrics: Path) -> None:
    content = comparisons()
    pair = content["tweetsentbr"]["frozen"]["partial"]["total"]
    content["tweetsentbr"]["task_distillation_matched"] = {
        "partial": {"total": pair, "finetune_matched": pair},
        "total": {"finetune_matched": pair},
    }
    write(metrics / "compare.json", content)
    for name, quality in (("partial", 0.6), ("total", 0.7)):
        scores = evaluation(quality)
        scores["tweetsentbr"] = scores["tweetsentbr"] | {
            "task_distillation_matched": {"seeds": 1, "f1_mean": quality, "f1_sd": 0.0}
        }
        write(metrics / name / "evaluate.json", scores)
    found, results = read_comparisons(metrics / "compare.json", TASKS), read_results(metrics, STUDENTS, TASKS)
    assert results.protocols("tweetsentbr") == [
        "frozen",
        "finetune_matched",
        "finetune_cls",
        "task_distillation_matched",
    ]
    assert results.protocols("assin2_similarity") == ["frozen", "finetune_matched", "finetune_cls"]
    assert found.find("tweetsentbr", "task_distillation_matched", "total", "partial") is None
    assert found.leaders(results, "tweetsentbr", "task_distillation_matched") == {"total"}
    table = pairs_table(found, "tweetsentbr", "task_distillation_matched", results.models)
    assert [row[0] for row in table.rows] == ["partial", "total"]
    assert table.header[-1] == "− fine-tuned, matched head"


def test_gaps_are_shown_where_there_are_any(report_data: ReportData) -> None:
    table = gap_table(report_data.comparisons, report_data.results)
    assert table.header == [
        "model",
        *(f"{task}, frozen" for task in ("ASSIN2 similarity", "ASSIN2 entailment", "TweetSentBR")),
    ]
    assert [row[:2] for row in table.rows][-1] == ["total", "70% [60%, 80%]"]


@pytest.mark.parametrize(
    ("key", "content", "message"),
    [
        ("tweetsentbr", 3, r"has no number tweetsentbr\.frozen"),
        ("another", 3, "another must be a mapping"),
        ("tweetsentbr", {"frozen": {"a": {"b": {"difference": 0.5}}}}, r"tweetsentbr.frozen.a.b is no comparison"),
        ("gap_recovered", [], "gap_recovered must be a mapping"),
    ],
)
def test_another_shape_is_refused_in_one_line(metrics: Path, key: str, content: Any, message: str) -> None:
    write(metrics / "compare.json", comparisons() | {key: content})
    with pytest.raises(PipelineError, match=rf"compare.json: {message}; run `dvc repro compare` again$"):
        read_comparisons(metrics / "compare.json", TASKS)
