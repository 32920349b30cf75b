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
    rules = _load(tmp_path, urls=False, boilerplate_words=0)
    assert (rules.urls, rules.boilerplate_documents, rules.boilerplate_words) == (False, 8, 0)


@pytest.mark.parametrize(("key", "value"), [("boilerplate_documents", 1), ("boilerplate_words", -1), ("markup", 1)])
def test_values_out_of_range_are_refused(tmp_path: Path, key: str, value: int) -> None:
    with pytest.raises(PipelineError, match=rf"params\.yaml: clean\.{key}: must (not )?be"):
        _load(tmp_path, **{key: value})
