from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import sample_params
from tinypt.params.clean import Clean
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError


def _load(folder: Path, **changes: Any) -> Clean:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump({"clean": sample_params()["clean"] | changes}), encoding="utf-8")
    clean: Clean = load("clean", Clean, path)
    return clean


def test_values_are_read_unchanged(tmp_path: Path) -> None:
    rules = _load(tmp_path, repairs=["urls", "markup"], boilerplate_words=0)
    assert rules == Clean(("urls", "markup"), 8, 0)


@pytest.mark.parametrize(("key", "value"), [("boilerplate_documents", 1), ("boilerplate_words", -1), ("repairs", True)])
def test_values_out_of_range_are_refused(tmp_path: Path, key: str, value: int) -> None:
    with pytest.raises(PipelineError, match=rf"params\.yaml: clean\.{key}: must (not )?be"):
        _load(tmp_path, **{key: value})


@pytest.mark.parametrize(
    ("repairs", "message"),
    [
        (["urls", "urls"], r"clean\.repairs: must differ"),
        (["urls", "hyphens"], r"clean\.repairs\[1\]: must be one of markup, .* is 'hyphens'"),
    ],
)
def test_repairs_are_known_and_listed_once(tmp_path: Path, repairs: list[str], message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        _load(tmp_path, repairs=repairs)
