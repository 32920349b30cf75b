from pathlib import Path

from tinypt.cleaning.funnel import Funnel, write_funnel


def test_counts_by_rule() -> None:
    funnel = Funnel()
    funnel.add(100, "a" * 90, {"urls": 10}, None)
    funnel.add(50, "a" * 40, {"urls": 4, "markup": 6}, "too_short")
    funnel.add(30, "a" * 30, {}, "near_duplicate")
    metrics = funnel.as_metrics()
    assert (metrics["documents_in"], metrics["documents_out"]) == (3, 1)
    assert (metrics["bytes_in"], metrics["bytes_out"]) == (180, 90)
    assert metrics["repairs"]["urls"] == {"documents": 2, "bytes": 14}
    assert metrics["repairs"]["metadata"] == {"documents": 0, "bytes": 0}
    assert metrics["drops"]["too_short"] == {"documents": 1, "bytes": 40}
    assert "noise" not in metrics


def test_labels_become_precision_recall_and_restored() -> None:
    funnel = Funnel()
    funnel.add_labels(["urls"], "bom", "bom", {"urls": 3}, None)
    funnel.add_labels(["urls"], "bom", "ruim", {"urls": 3}, None)
    funnel.add_labels(["urls"], "bom", "bom www", {}, None)
    funnel.add_labels([], "limpo", "limpo", {"urls": 3}, None)
    funnel.add_labels(["foreign"], "", "the", {}, "language")
    noise = funnel.as_metrics()["noise"]
    assert noise == {
        "urls": {"precision": 2 / 3, "recall": 2 / 3, "restored": 1 / 3},
        "foreign": {"precision": 1.0, "recall": 1.0},
    }


def test_the_table_for_the_plot(tmp_path: Path) -> None:
    funnel = Funnel()
    for reason in (None, None, "too_short", "language"):
        funnel.add(10, "a", {}, reason)
    write_funnel(funnel.as_metrics(), tmp_path / "funnel.csv")
    lines = (tmp_path / "funnel.csv").read_text().splitlines()
    assert lines[:3] == ["rule,documents_dropped,documents_left", "too_short,1,3", "too_long,0,3"]
    assert lines[-1].endswith(",2")
