from pathlib import Path

import pytest

from tinypt.params.select import Rule
from tinypt.selection.funnel import Labels, finders, write_funnel


def test_labels_become_precision_recall_and_restored() -> None:
    labels = Labels({"urls": {"urls"}, "foreign": {"language"}, "too_short": {"too_short"}})
    labels.add(["urls"], {"urls"}, None, True)
    labels.add(["urls"], {"urls"}, None, False)
    labels.add(["urls"], set(), None, False)
    labels.add([], {"urls"}, None, True)
    labels.add(["foreign"], set(), "language", None)
    assert labels.scores() == {
        "urls": {"precision": 2 / 3, "recall": 2 / 3, "restored": 1 / 3},
        "foreign": {"precision": 1.0, "recall": 1.0},
    }


def test_rules_are_known_by_their_statistic_and_not_by_their_name() -> None:
    rules = {
        "brief": Rule("words", 20, None),
        "briefer": Rule("words", 10, None),
        "strange": Rule("stop_words", 0.1, None),
        "off": Rule("repeated_words", None, None),
    }
    found = finders(rules)
    assert found["too_short"] == {"brief", "briefer"}
    assert found["foreign"] == {"strange"}
    assert found["too_long"] == found["repetition"] == set()
    assert found["urls"] == {"urls"}
    assert found["near_duplicates"] == {"near_duplicate"}


@pytest.mark.parametrize("kind", ["too_short", "too_long"])
def test_a_rule_with_two_bounds_looks_for_both_kinds(kind: str) -> None:
    assert finders({"length": Rule("words", 20, 5000)})[kind] == {"length"}


def test_the_table_has_a_row_for_each_rule(tmp_path: Path) -> None:
    metrics = {
        **{"documents_in": 4, "bytes_in": 40, "words_in": 8},
        "drops": {
            "too_short": {"documents": 1, "bytes": 10, "words": 2},
            "language": {"documents": 1, "bytes": 5, "words": 1},
        },
    }
    write_funnel(metrics, tmp_path / "funnel.csv")
    assert (tmp_path / "funnel.csv").read_text().splitlines() == [
        "rule,documents_dropped,bytes_dropped,words_dropped,documents_left,bytes_left,words_left",
        "too_short,1,10,2,3,30,6",
        "language,1,5,1,2,25,5",
    ]
