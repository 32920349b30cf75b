from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import sample_params
from tinypt.params.corpus import Corpus, HubCorpus, SampleCorpus
from tinypt.params.loader import load
from tinypt.runtime.errors import PipelineError


def _load(tmp_path: Path, block: Any) -> Any:
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"corpus": block}), encoding="utf-8")
    return load("corpus", Corpus, path)


def test_noise_rates_leave_clean_documents(tmp_path: Path) -> None:
    block = sample_params()["corpus"]
    assert isinstance(_load(tmp_path, block), SampleCorpus)
    block["noise"]["markup"] = 0.9
    with pytest.raises(PipelineError, match=r"corpus\.noise.*add up"):
        _load(tmp_path, block)
    block["noise"]["markup"] = -0.1
    with pytest.raises(PipelineError, match=r"corpus\.noise\.markup: must be a share"):
        _load(tmp_path, block)


def test_a_hub_corpus_is_pinned(tmp_path: Path) -> None:
    block = {
        "source": "hub",
        "id": "a/b",
        "configuration": "brwac",
        "revision": "0" * 40,
        "split": "train",
        "text_column": "text",
        "documents": None,
    }
    assert isinstance(_load(tmp_path, block), HubCorpus)
    with pytest.raises(PipelineError, match=r"corpus\.documents: must be greater than 0, is 0"):
        _load(tmp_path, block | {"documents": 0})
    with pytest.raises(PipelineError, match=r"corpus\.revision: must be the 40-digit commit"):
        _load(tmp_path, block | {"revision": "main"})


def test_paths_may_contain_environment_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = {"source": "files", "paths": ["$MY_DATA/*.jsonl"], "text_column": "text", "document": "file"}
    monkeypatch.setenv("MY_DATA", "/data")
    assert _load(tmp_path, block).paths == (Path("/data/*.jsonl"),)
    monkeypatch.delenv("MY_DATA")
    with pytest.raises(PipelineError, match=r"corpus\.paths\[0\]: .*environment variable MY_DATA is not set"):
        _load(tmp_path, block)
    with pytest.raises(PipelineError, match=r"corpus\.paths: must name at least one"):
        _load(tmp_path, block | {"paths": []})


def test_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"corpus\.path: is an archive.*7z x brwac\.7z"):
        _load(tmp_path, {"source": "vert", "path": "brwac.7z"})
