"""The plan of a run against a finished run, hand calculations and a machine that is too small."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages import plan as stage
from tests.conftest import ROOT
from tinypt.params.check import check_file
from tinypt.params.corpus import FilesCorpus, HubCorpus, VertCorpus
from tinypt.params.students import Shape
from tinypt.params.targets import BaseTargets, Targets, TeacherTargets
from tinypt.plan import BRWAC_BYTES, make_plan, plan_student, text_bytes
from tinypt.runtime.errors import PipelineError

TEACHER, BASE = (Shape(12, 768, 12, 3072), 29_794), (Shape(2, 128, 2, 512), 30_522)


@pytest.fixture(scope="module")
def brwac() -> dict[str, Any]:
    return check_file(ROOT / "params/brwac.yaml")


def test_sizes_of_text() -> None:
    assert text_bytes(VertCorpus("vert", Path("brwac.vert"))) == BRWAC_BYTES
    hub = HubCorpus("hub", "eduagarcia/CrawlPT", "brwac", "0" * 40, "train", "text", None)
    assert text_bytes(hub) == BRWAC_BYTES
    assert text_bytes(replace(hub, documents=3000)) == pytest.approx(13.6e6, rel=0.01)
    assert text_bytes(FilesCorpus("files", (Path("texts"),), "text", "line")) is None


def test_the_sample_took_what_was_planned() -> None:
    """Against the sizes in dvc.lock and the metrics of the default run."""
    sections = check_file(ROOT / "params.yaml")
    pieces = json.loads((ROOT / "metrics/base/base.json").read_text(encoding="utf-8"))["vocabulary"]
    vocabulary = replace(sections["base"].vocabulary, size=pieces)  # the sample has too few English words for more
    sections["base"] = replace(sections["base"], vocabulary=vocabulary)
    text = text_bytes(sections["corpus"])
    assert text == pytest.approx(json.loads((ROOT / "metrics/download.json").read_text())["bytes"], rel=0.05)
    plan = make_plan(sections, text)
    for student in plan.students:
        done = json.loads((ROOT / f"metrics/{student.name}/distill.json").read_text(encoding="utf-8"))
        assert student.tokens == pytest.approx(done["tokens"], rel=0.05)
        assert student.steps == pytest.approx(done["steps"], rel=0.05)
    stages = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    sizes = {out["path"]: out["size"] for stage in stages.values() for out in stage.get("outs", [])}
    outputs = {
        **{"download": ["data/raw"], "clean": ["data/clean", "data/measures"], "split": ["data/split"]},
        **{"tokenize@teacher": ["data/tokens/teacher"], "tokenize@base": ["data/tokens/base"]},
        **{"sentences": ["data/sentences"], "models": [path for path in sizes if path.startswith("models/")]},
    }
    for entry in plan.stages:
        assert entry.disk == pytest.approx(sum(sizes[path] for path in outputs[entry.stage]), rel=0.1), entry.stage


def test_steps_operations_and_memory_of_the_study(brwac: dict[str, Any]) -> None:
    student = brwac["students"]["total"]
    total = plan_student("total", student, 2.9e9, 128, TEACHER, BASE)
    assert total.steps == round(3 * (2.9e9 / 128 - student.distill.validation_blocks) / 512)
    assert total.flops / total.tokens == pytest.approx(188e6, rel=0.02)  # docs/performance.md
    assert total.memory == pytest.approx((0.07 + 0.22 + 1.7 + 0.9 + 1.0) * 1e9, rel=0.05)

    alone = plan_student("mlm_only", brwac["students"]["mlm_only"], 2.9e9, 128, TEACHER, BASE)
    assert alone.flops < total.flops / 20
    semantic = plan_student("semantic", brwac["students"]["semantic"], 2.9e9, 128, TEACHER, BASE)
    encoder = 2 * (2 * (4 * 128**2 + 2 * 128 * 512) + 4 * 30 * 128)
    assert semantic.flops - alone.flops == pytest.approx(3 * encoder * 30 / 128 * alone.tokens)


def test_sizes_of_cached_targets_are_those_of_the_documentation(brwac: dict[str, Any]) -> None:
    """Bytes a token: docs/targets.md."""
    teacher = TeacherTargets(1, 0.15, 2.0, 12, None, None, "fp32")
    vectors = replace(teacher, alignment="sentence")
    words, blocks = BaseTargets("word", 64, "fp32"), BaseTargets("sentence", None, "fp32")
    for cached, name, expected in (
        (Targets(teacher, None), "teacher", 3.86),
        (Targets(replace(teacher, samples=50), None), "teacher", 15.1),
        (Targets(vectors, None), "teacher", 3.86 + 12.0),
        (Targets(None, words), "base", 72),
        (Targets(None, blocks), "base", 12.0),
    ):
        stages = {entry.stage: entry for entry in make_plan(brwac | {"targets": cached}, 1e9).stages}
        tokens = stages[f"tokenize@{name}"].disk / {"teacher": 2, "base": 6}[name]
        assert stages[f"targets@{name}"].disk / tokens == pytest.approx(expected, rel=0.03)


def test_fine_tunings_are_counted(brwac: dict[str, Any]) -> None:
    """Three groups of tasks, two heads, five choices on two folds and five seeds, for eleven models, and one again.

    The teacher of task distillation is fine-tuned once more, with one head.
    """
    assert make_plan(brwac, 1e9).finetunings == 3 * 2 * ((5 * 2 + 5) * 11 + 5) + 3 * (5 * 2 + 5)


def test_a_corpus_from_the_hub_stays_in_its_cache(brwac: dict[str, Any], tmp_path: Path) -> None:
    stages = {entry.stage: entry for entry in make_plan(brwac, 1e9).stages}
    assert stages["the hub's cache"].disk == pytest.approx(0.63e9 + 0.436e9 + 0.018e9, rel=0.01)  # with two models
    for corpus in (replace(brwac["corpus"], id=str(tmp_path)), VertCorpus("vert", Path("brwac.vert"))):
        stages = {entry.stage: entry for entry in make_plan(brwac | {"corpus": corpus}, 1e9).stages}
        assert stages["the hub's cache"].disk == pytest.approx(0.436e9 + 0.018e9, rel=0.01)
    names = [entry.stage for entry in make_plan(check_file(ROOT / "params/sample.yaml"), 1e9).stages]
    assert "the hub's cache" not in names


def test_no_sentence_teacher_stores_no_sentences(brwac: dict[str, Any]) -> None:
    names = [entry.stage for entry in make_plan(brwac | {"sentence_teacher": None}, 1e9).stages]
    assert "sentences" not in names


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params/brwac.yaml", "params.yaml")
    return tmp_path


def test_the_stage_prints_every_student_and_refuses_a_small_disk(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.main("0.001", "100")
    lines = capsys.readouterr().out.splitlines()
    for name in check_file(Path("params.yaml"))["students"]:
        assert any(line.startswith(f"| {name} |") for line in lines)
    assert "hours at 100 TFLOP/s" in "\n".join(lines)
    with pytest.raises(PipelineError, match=r"^the run needs [\d,]+ GB of disk, and [\d,]+ GB are free here"):
        stage.main("1e6")


def test_the_documented_plan_is_the_plan(brwac: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    stage._print(make_plan(brwac, BRWAC_BYTES), stage.TFLOPS * 1e12)
    assert capsys.readouterr().out in (ROOT / "docs/real-run.md").read_text(encoding="utf-8")


def test_a_corpus_of_unknown_size_needs_a_number(project: Path) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8").replace("configuration: brwac", "configuration: oscar")
    Path("params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PipelineError, match=r"run `python -m stages\.plan GIGABYTES`"):
        stage.main()
    for wrong in ("many", "-1", "nan", "inf"):
        with pytest.raises(PipelineError, match=f"^GIGABYTES: must be a number greater than 0, is {wrong}$"):
            stage.main(wrong)
