"""`python -m stages.check` asks the hub and the machine for everything before the first stage."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from stages.check import main
from tests.conftest import ROOT
from tests.hub.server import Hub, Repository
from tinypt import preflight
from tinypt.params.check import check_file
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.hub import UNREACHABLE


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(ROOT / "params/rehearsal.yaml", tmp_path / "params.yaml"))


def test_a_run_whose_needs_are_met(hub: Hub, params: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main()
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok   ") for line in lines)
    shown = "\n".join(lines)
    for name in (
        "eduagarcia/CrawlPT",
        "task hatebr: ",
        "teacher neuralmind/",
        "base prajjwal1/",
        "disk: ",
        "GPU",
        "C++",
    ):
        assert name in shown
    assert not [path for path in hub.paths() if path.startswith("/cdn/") and "pytorch_model.bin" in path]


def test_every_fault_is_listed_at_once(
    hub: Hub, params: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = params.read_text(encoding="utf-8")
    params.write_text(
        text.replace("text_a: premise", "text_a: sentence").replace("text_column: text", "text_column: x")
    )
    teacher = "models/neuralmind/bert-base-portuguese-cased"
    hub.repositories[teacher] = Repository(hub.repositories[teacher].commits, gated=True)
    hub.repositories["models/prajjwal1/bert-tiny"] = Repository({"c" * 40: {}})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PipelineError, match="7 of its needs are not met"):
        main()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("NO ")]
    for words in (
        ("corpus", "no column x; it has id, text, meta: correct corpus.text_column"),
        ("task assin2_entailment", "no column sentence; it has"),
        ("task assin2_similarity", "no column sentence; it has"),
        ("teacher", "is gated; ask for access at"),
        ("base", "the hub has no commit"),
        ("disk", "move the project to a larger disk"),
        ("C++ compiler", "apt install g++"),
    ):
        assert any(all(word in line for word in words) for line in lines), words


def test_without_a_network_one_question_is_enough(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def unreachable(*question: object) -> None:
        asked.append(question)
        raise PipelineError(f"x: the hub {UNREACHABLE}; check the network")

    for name in ("HubStream", "_read_task", "_ask_for_model"):
        monkeypatch.setattr(preflight, name, unreachable)
    found = dict(preflight.ask(check_file(params)))
    assert len(asked) == 1
    assert [problem for problem in found.values() if problem and UNREACHABLE in problem]
    assert any(subject.startswith("disk") for subject in found)


def test_a_gpu_is_asked_for_where_a_cpu_would_take_months(monkeypatch: pytest.MonkeyPatch) -> None:
    sections = check_file(ROOT / "params/brwac.yaml")
    found = dict(preflight._machine(sections))
    if not torch.cuda.is_available():
        assert "days on two cores" in (found["GPU"] or "")
        monkeypatch.setattr("torch.version.cuda", None)
        assert "make repro TORCH=auto" in (dict(preflight._machine(sections))["GPU"] or "")
    short = sections | {"corpus": replace(sections["corpus"], documents=3000)}
    assert "GPU" not in dict(preflight._machine(short))


def test_the_sample_asks_for_nothing() -> None:
    assert not preflight.has_questions(check_file(ROOT / "params/sample.yaml"))


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("gpt2", {}, "is a model of type gpt2; these can be used: albert, bert,"),
        ("roberta", {}, "students.total_deep.init.vocabulary: trimmed needs BERT's tokenizer; take full"),
        ("bert", {"max_position_embeddings": 64}, "has positions for 64 pieces, but tokenize.length is 128"),
        ("bert", {"max_position_embeddings": "512"}, "its config.json has max_position_embeddings '512', which is no"),
        (["bert"], {}, "is a model of type ['bert']; these can be used"),
        ("bert", {}, None),
    ],
)
def test_a_model_that_later_stages_cannot_use_is_named_before_the_first(
    tmp_path: Path, kind: object, changes: dict[str, object], message: str | None
) -> None:
    sections = check_file(ROOT / "params/brwac.yaml")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind} | changes), encoding="utf-8")
    teacher = replace(sections["teacher"], id=str(tmp_path), revision=None)
    questions = preflight._questions(sections | {"teacher": teacher})
    question = questions[f"teacher {tmp_path}"]
    if message is None:
        question()
    else:
        with pytest.raises(PipelineError, match=re.escape(message)):
            question()
