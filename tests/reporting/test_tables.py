from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reporting.conftest import SETS, evaluation, write
from tinypt.reporting.results import Results, read_results
from tinypt.reporting.tables import Table, counts_tables, distill_table, mlm_table, task_table


@pytest.fixture
def results(metrics: Path) -> Results:
    return read_results(metrics, SETS)


def row(table: Table, name: str) -> dict[str, str]:
    (found,) = [dict(zip(table.header, row, strict=True)) for row in table.rows if row[0] == name]
    return found


def test_the_mlm_table_sets_ours_beside_the_published(results: Results) -> None:
    table = mlm_table(results)
    assert table.header == [
        "model",
        "loss, nats per masked piece",
        "bits per character",
        "words right",
        "published loss",
    ]
    assert row(table, "total")["published loss"] == "3.3025"
    assert row(table, "total")["bits per character"] == "2.0500"
    assert row(table, "floor (random weights)")["published loss"] == "–"
    assert "do not compare" in table.notes[0]


def test_a_task_has_both_protocols_the_gap_the_floors_and_the_published(results: Results) -> None:
    table = task_table(results, "assin2_similarity")
    total = row(table, "total")
    assert total["frozen: Pearson"] == "0.5500 [0.250, 0.750]"
    assert total["frozen: MSE"] == "0.3500"
    assert total["fine-tuned: Pearson"] == "0.6500 ± 0.0200"
    assert total["fine-tuned: gap recovered"] == "70%"
    assert total["published Pearson"] == "0.4400"
    assert row(table, "teacher")["frozen: gap recovered"] == "–"
    assert row(table, "no model: word overlap (Jaccard)")["frozen: Pearson"] == "0.5460"
    assert row(table, "no model: constant answer")["frozen: MSE"] == "1.2000"
    assert row(table, "no model: SVM on 12 overlap features")["fine-tuned: Pearson"] == "0.7140"
    tweets = task_table(results, "tweetsentbr")
    assert row(tweets, "no model: linear, on character n-grams")["frozen: macro-F1"] == "0.6770"


def test_the_tweets_have_two_published_columns(results: Results) -> None:
    partial = row(task_table(results, "tweetsentbr"), "partial")
    assert partial["published macro-F1, partial's table"] == "0.2121"
    assert partial["published macro-F1, total's table"] == "–"


def test_one_seed_has_no_deviation(metrics: Path) -> None:
    scores = evaluation(0.6)
    scores["tweetsentbr"]["finetune"] |= {"seeds": 1, "f1_sd": 0.0}
    write(metrics / "total/evaluate.json", scores)
    assert row(task_table(read_results(metrics, SETS), "tweetsentbr"), "total")["fine-tuned: macro-F1"] == "0.6000"


def test_a_set_and_a_task_of_the_users_own_appear(metrics: Path) -> None:
    for name in ("teacher", "base", "floor", *SETS, "mine"):
        scores = evaluation(0.5) | {"news_topics": {"frozen": {"f1": 0.125}, "finetune": {"f1_mean": 0.25}}}
        write(metrics / name / "evaluate.json", scores)
    write(metrics / "mine/distill.json", {"validation_mlm": 2.5, "own": {"new": 1.5}})
    results = read_results(metrics, [*SETS, "mine"])
    mine = row(task_table(results, "news_topics"), "mine")
    assert mine["frozen: macro-F1"] == "0.1250"
    assert mine["published"] == "–"
    assert row(mlm_table(results), "mine")["published loss"] == "–"
    assert row(distill_table(results), "mine")["own: new"] == "1.5000"
    assert row(distill_table(results), "total")["own: new"] == "–"


def test_what_one_model_was_not_measured_on_stays_blank(metrics: Path) -> None:
    scores = evaluation(0.5)
    del scores["tweetsentbr"]
    write(metrics / "total/evaluate.json", scores)
    total = row(task_table(read_results(metrics, SETS), "tweetsentbr"), "total")
    assert total["frozen: macro-F1"] == total["fine-tuned: gap recovered"] == "–"


def test_counts_are_shown_in_full_and_alike_things_in_a_grid() -> None:
    drops = {"too_short": {"documents": 1234567, "bytes": 5}, "language": {"documents": 2, "share": 0.5}}
    plain, grid = counts_tables("clean", {"documents_in": 9, "skipped": {}, "by": {"x": 1}, "drops": drops})
    assert plain.rows == [["documents in", "9"], ["by: x", "1"]]
    assert grid.title == "clean: drops"
    assert grid.header == ["", "documents", "bytes", "share"]
    assert grid.rows == [["too short", "1,234,567", "5", "–"], ["language", "2", "–", "0.5000"]]
    assert counts_tables("clean", {}) == []


@given(st.lists(st.lists(st.text(alphabet="a|b", max_size=4), min_size=3, max_size=3), max_size=4))
def test_markdown_has_the_cells_of_every_row(rows: list[list[str]]) -> None:
    lines = Table("t", ["x", "y", "z"], rows, ["note"]).markdown().splitlines()
    assert len(lines) == len(rows) + 4
    for line in lines[: len(rows) + 2]:
        assert line.replace("\\|", "").count("|") == 4
