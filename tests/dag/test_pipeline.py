"""The whole DAG on minimal parameters, in a clone of its own, driven by DVC as a user drives it."""

import json
import shutil
from pathlib import Path

import pytest
from transformers import pipeline

from tests.dag.clone import Clone, minimal

pytestmark = pytest.mark.long  # tests/dag/test_rehearsal.py runs every stage, too


@pytest.fixture(scope="module")
def clone(finished: Clone, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A copy of the clone in which the pipeline has run."""
    return finished.copy(tmp_path_factory.mktemp("pipeline") / "clone")


def test_every_stage_writes_its_outputs(clone: Clone) -> None:
    for name in minimal()["students"]:
        for part in ("student", "distilled", "release"):
            assert (clone.folder / "models" / name / part / "model.safetensors").is_file()
        for metrics in ("distill", "evaluate", "scores"):
            assert json.loads((clone.folder / f"metrics/{name}/{metrics}.json").read_text(encoding="utf-8"))
    for name in ("teacher", "base", "untrained"):
        assert (clone.folder / f"metrics/{name}/evaluate.json").is_file()
    assert (clone.folder / "data/efficiency.json").is_file()
    for page in ("README.md", "index.html"):
        assert (clone.folder / "report" / page).is_file()


def test_a_second_repro_does_nothing(clone: Clone) -> None:
    assert clone.repro() == []
    assert clone.git("status", "--porcelain") == ""


def test_the_release_fills_a_mask(clone: Clone) -> None:
    for name in minimal()["students"]:
        fill = pipeline("fill-mask", model=str(clone.folder / "models" / name / "release"))
        answers = fill(f"O time venceu o {fill.tokenizer.mask_token} de domingo.")
        assert len(answers) == 5
        assert 0 < answers[0]["score"] <= 1


def test_a_new_student_is_a_block_of_yaml(clone: Clone) -> None:
    clone.git("checkout", "-q", "-b", "fifth")
    params = minimal()
    params["students"]["fifth"] = json.loads(json.dumps(params["students"]["total"]))
    params["students"]["fifth"]["init"]["embeddings"] = "fvt"
    clone.write_params(params)
    ran = clone.repro()
    alone = [f"{stage}@fifth" for stage in ("student", "distill", "evaluate", "export")]
    assert sorted(ran) == sorted([*alone, "compare", "efficiency", "report"])
    assert "fifth" in (clone.folder / "report/README.md").read_text(encoding="utf-8")
    clone.commit("fifth")
    clone.git("checkout", "-q", "main")
    clone.dvc("checkout")


def test_an_experiment_from_the_command_line(clone: Clone) -> None:
    before = clone.metrics()
    output = clone.dvc("exp", "run", "-n", "hotter", "-S", "students.total.distill.temperature=3.0", "distill@total")
    assert "distill@total" in clone.ran(output)
    shown = json.loads(clone.dvc("exp", "show", "--json"))
    assert "hotter" in json.dumps(shown)
    clone.git("checkout", "-q", "--", ".")
    clone.dvc("checkout")
    assert clone.metrics() == before


def test_a_student_from_the_command_line(clone: Clone) -> None:
    """A new student, trained as another one is."""
    student = "{tokenizer: teacher, vocabulary: full, embeddings: fvt, encoder: neighbours, architecture: null}"
    block = f"{{init: {student}, distill: ${{students.semantic.distill}}}}"
    output = clone.dvc("exp", "run", "-n", "sixth", "-S", f"+students.sixth={block}", "distill@sixth")
    assert clone.ran(output) == ["student@sixth", "distill@sixth"]
    students = clone.params()["students"]
    assert students["sixth"]["distill"] == students["semantic"]["distill"]
    assert (clone.folder / "models/sixth/distilled/model.safetensors").is_file()
    clone.git("restore", ".")
    clone.git("clean", "-fdq", "metrics")
    clone.dvc("checkout")
    assert clone.repro() == []


def test_plots_and_dag_are_drawn(clone: Clone) -> None:
    clone.dvc("plots", "show", "-o", "plots")
    page = (clone.folder / "plots/index.html").read_text(encoding="utf-8")
    assert "validation_mlm" in page
    shutil.rmtree(clone.folder / "plots")
    assert "distill@total" in clone.dvc("dag", "--mermaid")


def test_another_clone_gives_the_same_bytes(clone: Clone, tmp_path: Path) -> None:
    """Run from nothing by ordinary interpreters, without one student: it does not change the others."""
    params = minimal()
    params["students"] = {name: params["students"][name] for name in ("total", "partial")}
    other = Clone.start(tmp_path, params)
    other.dvc("repro", "evaluate@total", "distill@partial", "untrained")  # and the stages they need
    assert {"total/evaluate.json", "targets/base.json"} <= other.metrics().keys()
    assert other.metrics().items() <= clone.metrics().items()
    for name in ("teacher", "base", "untrained", *(f"{name}/distilled" for name in params["students"])):
        weights = [folder / "models" / name / "model.safetensors" for folder in (clone.folder, other.folder)]
        assert weights[0].read_bytes() == weights[1].read_bytes()
