from pathlib import Path

import pytest

from tests.reporting.conftest import STUDENTS, TASKS, evaluation, write
from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.measurements import distill_table, headline_table, mlm_table, task_table
from tinypt.reporting.page import ReportData
from tinypt.reporting.results import Results, read_results
from tinypt.reporting.tables import Table

NONE = Comparisons({}, {})


@pytest.fixture
def results(metrics: Path) -> Results:
    return read_results(metrics, STUDENTS, TASKS)


def row(table: Table, name: str) -> dict[str, str]:
    (found,) = [dict(zip(table.header, row, strict=True)) for row in table.rows if row[0] == name]
    return found


def test_the_mlm_table_shows_our_values_and_the_published(results: Results) -> None:
    table = mlm_table(results, published=True)
    assert table.header == [
        "model",
        "loss, nats per masked word piece",
        "bits per character",
        "word accuracy",
        "word accuracy within five guesses",
        "published loss",
    ]
    assert row(table, "total")["published loss"] == "3.3025"
    assert row(table, "total")["bits per character"] == "2.0500"
    assert row(table, "total")["word accuracy within five guesses"] == "0.5200"
    assert row(table, "untrained (random weights)")["published loss"] == "–"
    assert "do not compare" in table.notes[0]


def test_a_task_has_every_protocol_baselines_and_published_values(results: Results) -> None:
    table = task_table(results, NONE, "assin2_similarity", published=True)
    total = row(table, "total")
    assert total["frozen: Pearson"] == "0.5500 [0.250, 0.750]"
    assert total["frozen: MSE"] == "0.3500"
    assert total["fine-tuned, matched head: Pearson"] == "0.6500 ± 0.0200"
    assert total["fine-tuned, cls head: Pearson"] == "0.4500 ± 0.0200"
    assert total["published Pearson"] == "0.4400"
    assert row(table, "baseline: word overlap (Jaccard)")["frozen: Pearson"] == "0.5460"
    assert row(table, "baseline: constant answer")["frozen: MSE"] == "1.2000"
    assert row(table, "baseline: SVM on 12 overlap features")["fine-tuned, cls head: Pearson"] == "0.7140"
    tweets = task_table(results, NONE, "tweetsentbr", published=True)
    assert row(tweets, "baseline: linear model on character n-grams")["frozen: macro-F1"] == "0.6770"


def test_the_tweets_have_two_published_columns(results: Results) -> None:
    partial = row(task_table(results, NONE, "tweetsentbr", published=True), "partial")
    assert partial["published macro-F1, partial's table"] == "0.2121"
    assert partial["published macro-F1, total's table"] == "–"


def test_one_seed_has_no_deviation(metrics: Path) -> None:
    scores = evaluation(0.6)
    scores["tweetsentbr"]["finetune_matched"] |= {"seeds": 1, "f1_sd": 0.0}
    write(metrics / "total/evaluate.json", scores)
    total = row(task_table(read_results(metrics, STUDENTS, TASKS), NONE, "tweetsentbr", published=True), "total")
    assert total["fine-tuned, matched head: macro-F1"] == "0.6000"


def test_a_users_own_student_and_task_appear(metrics: Path) -> None:
    for name in ("teacher", "base", "untrained", *STUDENTS, "mine"):
        scores = evaluation(0.5) | {"news_topics": {"frozen": {"f1": 0.125}, "finetune_cls": {"f1_mean": 0.25}}}
        write(metrics / name / "evaluate.json", scores)
    write(metrics / "mine/distill.json", {"validation_mlm": 2.5, "own": {"new": 1.5}})
    results = read_results(metrics, [*STUDENTS, "mine"], TASKS)
    mine = row(task_table(results, NONE, "news_topics", published=True), "mine")
    assert mine["frozen: macro-F1"] == "0.1250"
    assert mine["published"] == "–"
    assert row(mlm_table(results, published=True), "mine")["published loss"] == "–"
    assert row(distill_table(results), "mine")["own: new"] == "1.5000"
    assert row(distill_table(results), "total")["own: new"] == "–"


def test_missing_measurements_of_one_model_stay_blank(metrics: Path) -> None:
    scores = evaluation(0.5)
    scores["tweetsentbr"] = {"frozen": {"accuracy": 0.5}}
    write(metrics / "total/evaluate.json", scores)
    total = row(task_table(read_results(metrics, STUDENTS, TASKS), NONE, "tweetsentbr", published=True), "total")
    assert total["frozen: macro-F1"] == total["fine-tuned, cls head: macro-F1"] == "–"


def test_the_headline_has_every_model_baseline_and_task_with_costs(report_data: ReportData) -> None:
    table = headline_table(report_data.results, report_data.comparisons, report_data.efficiency, TASKS)
    assert all(len(cells) == len(table.header) for cells in table.rows)
    total = row(table, "total")
    assert total["parameters, millions"] == "1.50"
    assert total["ms per text, 128 word pieces"] == "8.00"
    assert total["bits per character"] == "2.05"
    assert total["ASSIN2 similarity, frozen"] == "0.550"
    assert total["ASSIN2 similarity, published"] == "0.440"
    assert row(table, "teacher")["TweetSentBR, published"] == "0.278 / 0.167"
    assert row(table, "baseline: word overlap (Jaccard)")["ASSIN2 similarity, fine-tuned, matched head"] == "0.546"
    assert row(table, "baseline: word overlap (Jaccard)")["ASSIN2 entailment, frozen"] == "–"


def test_the_best_student_and_those_not_shown_to_be_worse_are_bold(report_data: ReportData) -> None:
    table = headline_table(report_data.results, report_data.comparisons, report_data.efficiency, TASKS)
    bold = {(table.rows[row][0], table.header[column]) for row, column in table.best}
    assert {name for name, _ in bold} == {"partial", "total"}  # no reference, however good
    assert {name for name, column in bold if column == "bits per character"} == {"total"}
    # total leads by 0.10, which the comparison does not show
    assert {name for name, column in bold if column == "TweetSentBR, fine-tuned, matched head"} == {"partial", "total"}
    alone = headline_table(report_data.results, NONE, report_data.efficiency, TASKS)
    assert {alone.rows[row][0] for row, _ in alone.best} == {"total"}
