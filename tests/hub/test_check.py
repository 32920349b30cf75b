"""`python -m stages.check` asks the hub and the machine for everything before the first stage."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml

from stages.check import main
from tests.conftest import ROOT, sample_params
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
        ("bert", {}, "has none of tokenizer.json, vocab.txt"),  # a local model is loaded
    ],
)
def test_a_model_that_later_stages_cannot_use_is_named_before_the_first(
    tmp_path: Path, kind: object, changes: dict[str, object], message: str
) -> None:
    sections = check_file(ROOT / "params/brwac.yaml")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind} | changes), encoding="utf-8")
    teacher = replace(sections["teacher"], id=str(tmp_path), revision=None)
    questions = preflight._questions(sections | {"teacher": teacher})
    question = questions[f"teacher {tmp_path}"]
    with pytest.raises(PipelineError, match=re.escape(message)):
        question()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"embeddings": "teacher"},
            "students.total.init.embeddings: teacher needs a student of the teacher's width 1024",
        ),
        ({"encoder": "teacher"}, "students.total.init.encoder: teacher needs a student with the teacher's hidden 1024"),
    ],
)
def test_students_are_compared_with_the_sizes_of_published_models(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    sections = check_file(ROOT / "params/brwac.yaml")
    shape = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
    for name in ("teacher", "base"):
        (tmp_path / name).mkdir()
        config = shape if name == "teacher" else {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
        (tmp_path / name / "config.json").write_text(json.dumps(config), encoding="utf-8")
        sections[name] = replace(sections[name], id=str(tmp_path / name), revision=None)
    preflight._check_students(sections)
    total = sections["students"]["total"]
    sections["students"] = {"total": replace(total, init=replace(total.init, **changes))}
    with pytest.raises(PipelineError, match=re.escape(message)):
        preflight._check_students(sections)


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        ("corpus", {"source": "vert", "path": "gone.vert"}, "NO   corpus: gone.vert: no such file"),
        (
            "corpus",
            {"source": "files", "paths": ["gone"], "text_column": "text", "document": "file"},
            "NO   corpus: gone: no such folder",
        ),
        ("teacher.vocabulary.path", "gone.txt", "NO   teacher.vocabulary.path gone.txt: gone.txt: no such vocabulary"),
        (
            "base.corpus",
            {"source": "files", "paths": ["gone"], "text_column": "text", "document": "file"},
            "NO   base.corpus: gone: no such folder",
        ),
        (
            "tasks.tweetsentbr.data",
            {"format": "tweetsentbr", "index": "gone.txt", "texts": "gone.tsv"},
            "NO   task tweetsentbr: gone.tsv: no such file",
        ),
        (
            "tasks.assin2_similarity.data",
            {"format": "assin2_xml", "train": "gone.xml", "test": "gone.xml"},
            "NO   task assin2_similarity: gone.xml: no such file",
        ),
    ],
)
def test_missing_files_are_named_before_the_first_stage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    section: str,
    value: object,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    params = sample_params()
    *above, last = section.split(".")
    place = params
    for key in above:
        place = place[key]
    place[last] = value
    Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    with pytest.raises(PipelineError, match="of its needs are not met"):
        main()
    assert message in capsys.readouterr().out
