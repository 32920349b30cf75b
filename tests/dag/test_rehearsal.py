"""The rehearsal of the real run, from a hub on the loopback to the report."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.dag.clone import Clone
from tests.dag.warm import warm_python
from tests.hub.repositories import PARAMS, everything
from tests.hub.server import GOOD_TOKEN, Hub

STUDENTS = ("total",)  # tests/dag/test_pipeline.py runs other kinds of students


def tiny_rehearsal() -> dict[str, Any]:
    """params/rehearsal.yaml with one of its students, not compiled, and as few fine-tunings as there can be."""
    params: dict[str, Any] = yaml.safe_load((ROOT / "params/rehearsal.yaml").read_text(encoding="utf-8"))
    params["students"] = {name: params["students"][name] for name in STUDENTS}
    for student in params["students"].values():
        student["distill"] |= {"compile": False, "batch_size": 16, "validation_blocks": 16}
    params["sentences"]["number"] = 64
    params["evaluate"] |= {"mlm_blocks": 16, "sentences": 10}
    params["evaluate"]["finetune"] |= {"heads": ["matched"], "seeds": [1], "learning_rates": [1.0e-3]}
    return params


def test_every_stage_runs_from_the_hub_to_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    hub.repositories = everything(documents=120, rows=40)
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_TOKEN", GOOD_TOKEN)
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    with hub.running(), warm_python() as python:  # its clients read these variables when they are imported
        clone = Clone.start(tmp_path / "clone", tiny_rehearsal(), python)
        done = clone.attempt("python", "-m", "dvc", "repro")
        assert done.returncode == 0, done.stderr[-3000:]
        log = done.stdout + done.stderr
        assert set(clone.ran(log)) == clone.stages()
    documents = json.loads((clone.folder / "metrics/download.json").read_text(encoding="utf-8"))["documents"]
    assert documents == 120
    for name in STUDENTS:
        assert (clone.folder / f"models/{name}/release/onnx/model.onnx").is_file()
        assert "eduagarcia/CrawlPT" in (clone.folder / f"models/{name}/release/README.md").read_text(encoding="utf-8")
    assert "total" in (clone.folder / "report/README.md").read_text(encoding="utf-8")
    assert {request.token for request in hub.requests if request.path.startswith("/cdn/")} == {""}
    for path in ("data/split/train", "models/teacher"):  # on disk once: DVC's cache has the same file
        assert next(file for file in (clone.folder / path).iterdir() if file.is_file()).stat().st_nlink == 2
    assert "HTTP Request" not in log
    assert "X-Amz-Signature" not in log
    assert GOOD_TOKEN not in log
    for path in [*clone.folder.rglob("*"), *(tmp_path / "home").rglob("*")]:
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
            assert GOOD_TOKEN.encode() not in path.read_bytes(), path
    weights = [path for path in hub.paths() if path.startswith("/cdn/")]
    for model in ("teacher", "base"):
        [files] = hub.repositories[f"models/{PARAMS[model]['id']}"].commits.values()
        digest = hashlib.sha256(files["pytorch_model.bin"]).hexdigest()
        assert len([path for path in weights if digest in path]) == 1
