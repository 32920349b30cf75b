import numpy as np

from tinypt.selection.losses import large_losses
from tinypt.selection.select import Decisions


def _decisions(reasons: list[int]) -> Decisions:
    number = len(reasons)
    empty = np.zeros(number, dtype=np.int64)
    names = ["too_short", "letters", "exact_duplicate"]
    return Decisions(names, np.array(reasons), empty, empty, np.zeros((number, 2), dtype=np.uint64))


def test_a_rule_that_drops_more_than_half_is_named() -> None:
    assert [loss.split(":")[0] for loss in large_losses(_decisions([0, 0, 0, 1, 3]), [])] == [
        "too_short drops 3 of 5 documents"
    ]
    assert list(large_losses(_decisions([0, 0, 1, 3]), [])) == []


def test_a_source_that_is_dropped_whole_is_named() -> None:
    sources = [{"path": "a", "documents": 3}, {"path": "b", "documents": 0}, {"path": "c", "documents": 3}]
    (loss,) = large_losses(_decisions([3, 3, 0, 0, 1, 1]), sources)
    assert loss.startswith("all 3 documents of c are dropped, most by letters: ")
    assert "select.rules.letters" in loss
