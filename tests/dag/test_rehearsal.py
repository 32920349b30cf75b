"""The rehearsal of the real run, from a hub on the loopback to the report."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from transformers import pipeline

from tests.conftest import ROOT
from tests.dag.clone import Clone
from tests.dag.warm import warm_python
from tests.hub.repositories import PARAMS, everything
from tests.hub.server import GOOD_TOKEN, Hub
from tinypt import plan
from tinypt.params.check import check_file
from tinypt.params.loader import REFERENCES
from tinypt.params.students import Shape
from tinypt.plan import Rates

STUDENTS = ("total",)  # tests/dag/test_pipeline.py runs other kinds of students
MODELS = (*REFERENCES, *STUDENTS)
DOCUMENTS = 500


def tiny_rehearsal() -> dict[str, Any]:
    """params/rehearsal.yaml with one of its students, in fp32 and not compiled, and as few fine-tunings as possible.

    It takes some twenty steps, so that their number can be compared with the plan.
    """
    params: dict[str, Any] = yaml.safe_load((ROOT / "params/rehearsal.yaml").read_text(encoding="utf-8"))
    params["students"] = {name: params["students"][name] for name in STUDENTS}
    for student in params["students"].values():
        student["distill"] |= {"compile": False, "precision": "fp32", "batch_size": 4, "validation_blocks": 8}
    params["sentences"]["number"] = 64
    params["evaluate"] |= {"mlm_blocks": 16, "sentences": 10}
    params["evaluate"]["finetune"] |= {
        "heads": ["matched"],
        "seeds": [1],
        "learning_rates": [1.0e-3],
        "dropouts": [0.0],
    }
    return params


def test_every_stage_runs_from_the_hub_to_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    hub.repositories = everything(documents=DOCUMENTS, rows=40)
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
        assert clone.repro() == [], "a second run does nothing"
        clone.dvc("plots", "show", "-o", "plots")
        assert "validation_mlm" in (clone.folder / "plots/index.html").read_text(encoding="utf-8")
    assert metrics(clone, "download")["documents"] == DOCUMENTS
    check_plan(clone, tmp_path / "home/hub", monkeypatch)
    for name in STUDENTS:
        assert (clone.folder / f"models/{name}/release/onnx/model.onnx").is_file()
        fill = pipeline("fill-mask", model=str(clone.folder / f"models/{name}/release"))
        assert len(fill(f"O time venceu o {fill.tokenizer.mask_token} de domingo.")) == 5
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


def check_plan(clone: Clone, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare the plan with what the run took: all that does not depend on what kind of text it is.

    The plan's facts about brWaC and the published models are not those of the stand-ins. So these are measured: bytes
    on disk and pieces for each byte of text, the share kept, shapes and vocabularies. That leaves nothing of `download`
    to compare.
    """
    download, cleaned, kept = (metrics(clone, stage) for stage in ("download", "clean", "select"))
    text, on_disk = download["bytes"], size(clone.folder / "data/clean") / cleaned["bytes_out"]
    tokens = {name: metrics(clone, f"tokenize/{name}") for name in ("teacher", "base")}
    pieces = {name: (own["train"]["pieces"] + own["test"]["pieces"]) for name, own in tokens.items()}
    rates = {name: number / kept["bytes_out"] for name, number in pieces.items()}
    words = (tokens["base"]["train"]["words"] + tokens["base"]["test"]["words"]) / pieces["base"]
    published = cache / f"datasets--{PARAMS['corpus']['id'].replace('/', '--')}"
    web = Rates(text / DOCUMENTS, 0.0, on_disk, kept["bytes_out"] / text, rates, words)
    monkeypatch.setattr(plan, "WEB", web)
    monkeypatch.setattr(plan, "PUBLISHED", size(published) / text)
    monkeypatch.setattr(plan, "BERTIMBAU", shape(clone.folder / "models/teacher"))
    monkeypatch.setattr(plan, "BERT_TINY", shape(clone.folder / "models/base"))
    planned = plan.make_plan(check_file(clone.folder / "params.yaml"), text)
    took = {name: size(clone.folder / "data" / name) for name in ("split", "sentences")}
    took |= {"clean": size(clone.folder / "data/clean") + size(clone.folder / "data/measures"), "download": 0}
    took |= {f"tokenize@{name}": size(clone.folder / f"data/tokens/{name}") for name in tokens}
    took |= {"models": size(clone.folder / "models"), "the hub's cache": size(cache)}
    assert {entry.stage: entry.disk for entry in planned.stages} == pytest.approx(took, rel=0.1)
    for student in planned.students:
        done = metrics(clone, f"{student.name}/distill")
        assert (student.steps, student.tokens) == pytest.approx((done["steps"], done["tokens"]), rel=0.1)
    done = sum(finetunings(metrics(clone, f"{model}/evaluate")) for model in MODELS)
    assert planned.finetunings == done + 3  # the teacher of task distillation, on each group of tasks


def metrics(clone: Clone, name: str) -> dict[str, Any]:
    return json.loads((clone.folder / f"metrics/{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def size(folder: Path) -> int:
    """Bytes of a folder's files, each once: the hub's cache has links to its files, too."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def shape(folder: Path) -> tuple[Shape, int]:
    """A model's shape and the pieces of its vocabulary."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    keys = ("num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size")
    return Shape(*(config[key] for key in keys)), config["vocab_size"]


def finetunings(evaluated: dict[str, Any]) -> int:
    """Fine-tunings of a model. Both ASSIN2 tasks are learnt by one, and no learning rate is chosen."""
    tasks = ("assin2_similarity", "tweetsentbr_75shot", "hatebr")
    protocols = [protocol for task in tasks for protocol in evaluated[task].items()]
    return sum(own["seeds"] for name, own in protocols if name.startswith(("finetune_", "task_distillation_")))
