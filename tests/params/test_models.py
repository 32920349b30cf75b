from pathlib import Path
from typing import Any

import pytest
import yaml

from tinypt.params.loader import load
from tinypt.params.models import Architecture, HubModel, Teacher, Vocabulary
from tinypt.runtime.errors import PipelineError


def _teacher(tmp_path: Path, **block: Any) -> Any:
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"teacher": block}), encoding="utf-8")
    return load("teacher", Teacher, path)


def test_a_hub_model_must_be_pinned_to_a_commit(tmp_path: Path) -> None:
    commit = "0123456789" * 4
    model = _teacher(tmp_path, source="hub", id="someone/bert", revision=commit, cased=True)
    assert model == HubModel("hub", "someone/bert", commit, True)
    for revision in (None, "main"):
        with pytest.raises(PipelineError, match=r"teacher\.revision: must be the 40-digit commit"):
            _teacher(tmp_path, source="hub", id="someone/bert", revision=revision, cased=True)


def test_a_local_folder_needs_no_revision(tmp_path: Path) -> None:
    assert _teacher(tmp_path, source="hub", id=str(tmp_path), revision=None, cased=True).id == str(tmp_path)


def test_an_unknown_source_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"teacher\.source: must be one of pretrain, hub, is 'web'"):
        _teacher(tmp_path, source="web")


@pytest.mark.parametrize(
    ("schema", "block", "message"),
    [
        (
            Architecture,
            {"layers": 2, "hidden": 10, "heads": 3, "feed_forward": 8, "positions": 8, "initialisation": "random"},
            r"heads: must divide hidden",
        ),
        (
            Architecture,
            {"layers": 0, "hidden": 10, "heads": 2, "feed_forward": 8, "positions": 8, "initialisation": "random"},
            r"layers: must be greater",
        ),
        (Vocabulary, {"path": None, "size": 70_000, "cased": True}, r"size: must be from 100 to 65535"),
    ],
)
def test_impossible_shapes_are_refused(tmp_path: Path, schema: Any, block: dict[str, Any], message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"teacher": block}), encoding="utf-8")
    with pytest.raises(PipelineError, match=message):
        load("teacher", schema, path)
