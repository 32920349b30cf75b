import csv
import json
import math
from pathlib import Path

import pytest

from tinypt.reporting.page import ReportData
from tinypt.reporting.summary import summary_rows, write_curves, write_summary


def test_every_score_of_every_model_is_there_once(report_data: ReportData) -> None:
    rows = summary_rows(report_data.results, report_data.comparisons)
    keys = [row[:4] for row in rows]
    assert len(set(keys)) == len(keys)
    found = dict(zip(keys, (row[4] for row in rows), strict=True))
    assert found["total", "assin2_similarity", "finetune_matched", "pearson_mean"] == 0.65
    assert found["total", "assin2_similarity", "finetune_cls", "pearson_mean"] == 0.45
    assert found["total", "assin2_similarity", "frozen", "gap_recovered"] == pytest.approx(0.7)
    assert found["total", "assin2_similarity", "frozen", "gap_recovered_low"] == pytest.approx(0.6)
    assert found["total", "words", "", "accuracy"] == 0.325
    assert found["", "assin2_similarity", "baseline:word_jaccard", "pearson"] == 0.546
    assert found["total", "mlm", "published", "loss"] == 3.3025
    assert found["base", "tweetsentbr", "published:total's table", "f1"] == 0.3583


def test_csv_and_json_hold_the_same_and_come_out_the_same_each_time(report_data: ReportData, tmp_path: Path) -> None:
    write_summary(report_data.results, report_data.comparisons, tmp_path / "a")
    write_summary(report_data.results, report_data.comparisons, tmp_path / "b")
    for name in ("summary.csv", "summary.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    nested = json.loads((tmp_path / "a/summary.json").read_text())
    with (tmp_path / "a/summary.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) > 100
    for row in table:
        place = nested[row["model"] or "all"][row["measurement"]][row["protocol"] or "all"]
        assert place[row["metric"]] == float(row["value"])


def test_all_curves_are_in_one_table(tmp_path: Path) -> None:
    curves = {
        "total": {"step": [1.0, 2.0], "validation_mlm": [5.5, 4.25]},
        "other": {"step": [1.0, 2.0], "validation_mlm": [math.nan, 4.0]},
        "without": {"step": [1.0]},
    }
    write_curves(curves, tmp_path)
    assert (tmp_path / "curves.csv").read_text().splitlines() == [
        "student,step,validation_mlm",
        "total,1,5.5",
        "total,2,4.25",
        "other,2,4",
    ]
