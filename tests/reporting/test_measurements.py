from pathlib import Path

import pytest

from tests.reporting.conftest import SETS, evaluation, write
from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.measurements import distill_table, headline_table, mlm_table, task_table
from tinypt.reporting.page import Facts
from tinypt.reporting.results import Results, read_results
from tinypt.reporting.tables import Table

NONE = Comparisons({}, {})


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
        "words right within five guesses",
        "published loss",
    ]
    assert row(table, "total")["published loss"] == "3.3025"
    assert row(table, "total")["bits per character"] == "2.0500"
    assert row(table, "total")["words right within five guesses"] == "0.5200"
    assert row(table, "untrained (random weights)")["published loss"] == "–"
    assert "do not compare" in table.notes[0]


def test_a_task_has_both_protocols_the_floors_and_the_published(results: Results) -> None:
    table = task_table(results, NONE, "assin2_similarity")
    total = row(table, "total")
    assert total["frozen: Pearson"] == "0.5500 [0.250, 0.750]"
    assert total["frozen: MSE"] == "0.3500"
    assert total["fine-tuned: Pearson"] == "0.6500 ± 0.0200"
    assert total["published Pearson"] == "0.4400"
    assert row(table, "no model: word overlap (Jaccard)")["frozen: Pearson"] == "0.5460"
    assert row(table, "no model: constant answer")["frozen: MSE"] == "1.2000"
    assert row(table, "no model: SVM on 12 overlap features")["fine-tuned: Pearson"] == "0.7140"
    tweets = task_table(results, NONE, "tweetsentbr")
    assert row(tweets, "no model: linear, on character n-grams")["frozen: macro-F1"] == "0.6770"


def test_the_tweets_have_two_published_columns(results: Results) -> None:
    partial = row(task_table(results, NONE, "tweetsentbr"), "partial")
    assert partial["published macro-F1, partial's table"] == "0.2121"
    assert partial["published macro-F1, total's table"] == "–"


def test_one_seed_has_no_deviation(metrics: Path) -> None:
    scores = evaluation(0.6)
    scores["tweetsentbr"]["finetune"] |= {"seeds": 1, "f1_sd": 0.0}
    write(metrics / "total/evaluate.json", scores)
    assert (
        row(task_table(read_results(metrics, SETS), NONE, "tweetsentbr"), "total")["fine-tuned: macro-F1"] == "0.6000"
    )


def test_a_set_and_a_task_of_the_users_own_appear(metrics: Path) -> None:
    for name in ("teacher", "base", "untrained", *SETS, "mine"):
        scores = evaluation(0.5) | {"news_topics": {"frozen": {"f1": 0.125}, "finetune": {"f1_mean": 0.25}}}
        write(metrics / name / "evaluate.json", scores)
    write(metrics / "mine/distill.json", {"validation_mlm": 2.5, "own": {"new": 1.5}})
    results = read_results(metrics, [*SETS, "mine"])
    mine = row(task_table(results, NONE, "news_topics"), "mine")
    assert mine["frozen: macro-F1"] == "0.1250"
    assert mine["published"] == "–"
    assert row(mlm_table(results), "mine")["published loss"] == "–"
    assert row(distill_table(results), "mine")["own: new"] == "1.5000"
    assert row(distill_table(results), "total")["own: new"] == "–"


def test_what_one_model_was_not_measured_on_stays_blank(metrics: Path) -> None:
    scores = evaluation(0.5)
    del scores["tweetsentbr"]
    write(metrics / "total/evaluate.json", scores)
    total = row(task_table(read_results(metrics, SETS), NONE, "tweetsentbr"), "total")
    assert total["frozen: macro-F1"] == total["fine-tuned: macro-F1"] == "–"


def test_the_headline_has_every_model_floor_and_task_with_what_they_cost(facts: Facts) -> None:
    table = headline_table(facts.results, facts.comparisons, facts.efficiency)
    assert all(len(cells) == len(table.header) for cells in table.rows)
    total = row(table, "total")
    assert total["parameters, millions"] == "1.50"
    assert total["ms a text, 128 pieces"] == "8.00"
    assert total["bits per character"] == "2.05"
    assert total["ASSIN2 similarity, frozen"] == "0.550"
    assert total["ASSIN2 similarity, published"] == "0.440"
    assert row(table, "teacher")["TweetSentBR, published"] == "0.278 / 0.167"
    assert row(table, "no model: word overlap (Jaccard)")["ASSIN2 similarity, fine-tuned"] == "0.546"
    assert row(table, "no model: word overlap (Jaccard)")["ASSIN2 entailment, frozen"] == "–"


def test_bold_are_the_best_set_and_those_not_shown_to_be_worse(facts: Facts) -> None:
    table = headline_table(facts.results, facts.comparisons, facts.efficiency)
    bold = {(table.rows[row][0], table.header[column]) for row, column in table.best}
    assert {name for name, _ in bold} == {"partial", "total"}  # no reference, however good
    assert {name for name, column in bold if column == "bits per character"} == {"total"}
    # total leads by 0.10, which the comparison does not show
    assert {name for name, column in bold if column == "TweetSentBR, fine-tuned"} == {"partial", "total"}
    alone = headline_table(facts.results, NONE, facts.efficiency)
    assert {alone.rows[row][0] for row, _ in alone.best} == {"total"}
