from pathlib import Path
from typing import get_args

import pytest

from tinypt.measures.statistics import COLUMNS
from tinypt.params.loader import load
from tinypt.params.select import Rule, Select, Statistic
from tinypt.runtime.errors import PipelineError

RULE = "{statistic: words, min: 20, max: null}"


def _load(folder: Path, rule: str = RULE, name: str = "too_short", near: str = "0.75") -> Select:
    path = folder / "params.yaml"
    path.write_text(f"select:\n  rules:\n    {name}: {rule}\n    last: {RULE}\n  near_duplicates: {near}\n")
    return load("select", Select, path)


def test_rules_keep_their_order(tmp_path: Path) -> None:
    found = _load(tmp_path)
    assert list(found.rules) == ["too_short", "last"]
    assert found.rules["too_short"] == Rule("words", 20.0, None)
    assert _load(tmp_path, near="null").near_duplicates is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"rule": "{statistic: wrods, min: 20, max: null}"}, "rules.too_short.statistic: must be one of words"),
        ({"rule": "{statistic: words, min: 20, max: 10}"}, "rules.too_short.min: must be at most max"),
        ({"rule": "{statistic: words, min: 20}"}, "rules.too_short.max: is missing"),
        ({"name": "near_duplicate"}, "rules.near_duplicate: the name is reserved"),
        ({"near": "75"}, "near_duplicates: must be a similarity"),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, changes: dict[str, str], key: str) -> None:
    with pytest.raises(PipelineError, match=rf"params\.yaml: select\.{key}"):
        _load(tmp_path, **changes)


def test_every_measured_statistic_can_be_a_rule() -> None:
    assert get_args(Statistic) == COLUMNS
