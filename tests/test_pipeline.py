"""The whole DAG on a minimal parameter set, in a clone of its own, driven by DVC as a user would drive it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from transformers import pipeline

from tinypt.params.check import check_file

ROOT = Path(__file__).parents[1]
DVC = [sys.executable, "-m", "dvc"]


def _minimal() -> dict[str, Any]:
    """The sample's parameters with everything small."""
    params: dict[str, Any] = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    params["corpus"]["documents"] = 400
    params["base"]["corpus"]["documents"] = 150
    for model in ("teacher", "base"):
        params[model]["architecture"] |= {"layers": 1, "hidden": 32, "heads": 2, "feed_forward": 64}
        params[model]["vocabulary"]["size"] = 600
        params[model]["training"] |= {"epochs": 1.0, "validation_blocks": 16}
    params["teacher"]["architecture"] |= {"hidden": 48, "layers": 2}
    for experiment in params["experiments"].values():
        experiment["distill"] |= {"epochs": 1.0, "validation_blocks": 16}
    params["experiments"]["total_best"]["distill"]["layers"] = [[1, 2]]
    params["targets"]["base"] = {"alignment": "word", "width": 16, "precision": "fp32"}
    params["experiments"]["partial_word"]["distill"]["targets"] = "cached"
    params["evaluate"] |= {"mlm_blocks": 32, "sentences": 10}
    params["evaluate"]["finetune"] |= {"epochs": 1, "seeds": [1]}
    return params


class Clone:
    """A working copy with its own git history and DVC cache."""

    def __init__(self, folder: Path, params: dict[str, Any]) -> None:
        self.folder = folder
        for name in self._run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split(
            "\0"
        ):
            if name and not name.startswith(("metrics/", "report/")) and name not in ("dvc.lock", "params.yaml"):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        self.write_params(params)
        self._run("git", "init", "-q", "-b", "main")
        self.commit("start")

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        identity = {
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@t",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@t",
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | identity | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
        result = subprocess.run(
            command, cwd=cwd or self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
        return result.stdout

    def dvc(self, *arguments: str) -> str:
        return self._run(*DVC, *arguments)

    def git(self, *arguments: str) -> str:
        return self._run("git", *arguments)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def write_params(self, params: dict[str, Any]) -> None:
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
        check_file(self.folder / "params.yaml")

    def ran(self, output: str) -> list[str]:
        """Names of the stages that a `dvc repro` ran."""
        return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]

    def metrics(self) -> dict[str, bytes]:
        folder = self.folder / "metrics"
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which the pipeline has run from nothing."""
    clone = Clone(tmp_path_factory.mktemp("clone"), _minimal())
    first = clone.ran(clone.dvc("repro"))
    assert len(first) == len(clone.dvc("stage", "list", "--name-only").split())
    clone.commit("repro")
    return clone


def test_every_stage_leaves_what_it_declares(clone: Clone) -> None:
    for name in _minimal()["experiments"]:
        for part in ("student", "distilled", "release"):
            assert (clone.folder / "models" / name / part / "model.safetensors").is_file()
        for metrics in ("distill", "evaluate"):
            assert json.loads((clone.folder / f"metrics/{name}/{metrics}.json").read_text(encoding="utf-8"))
    for name in ("teacher", "base", "floor"):
        assert (clone.folder / f"metrics/{name}/evaluate.json").is_file()
    assert (clone.folder / "data/efficiency.json").is_file()
    assert (clone.folder / "report/README.md").is_file()


def test_a_second_repro_does_nothing(clone: Clone) -> None:
    assert clone.ran(clone.dvc("repro")) == []
    assert clone.git("status", "--porcelain") == ""


def test_the_release_fills_a_mask(clone: Clone) -> None:
    for name in _minimal()["experiments"]:
        fill = pipeline("fill-mask", model=str(clone.folder / "models" / name / "release"))
        answers = fill(f"O time venceu o {fill.tokenizer.mask_token} de domingo.")
        assert len(answers) == 5
        assert 0 < answers[0]["score"] <= 1


def test_one_sets_parameter_reruns_that_set_alone(clone: Clone) -> None:
    clone.git("checkout", "-q", "-b", "warmer")
    params = _minimal()
    params["experiments"]["total"]["distill"]["temperature"] = 4.0
    clone.write_params(params)
    ran = clone.ran(clone.dvc("repro"))
    assert ran == ["distill@total", "evaluate@total", "compare", "export@total", "efficiency", "report"]
    clone.commit("warmer")
    changed = json.loads(clone.dvc("metrics", "diff", "main", "--json"))
    assert {path.split("/")[1] for path in changed} == {"total"}
    difference = json.loads(clone.dvc("params", "diff", "main", "--json"))
    assert difference == {
        "params.yaml": {"experiments.total.distill.temperature": {"old": 2.0, "new": 4.0, "diff": 2.0}}
    }
    clone.git("checkout", "-q", "main")
    clone.dvc("checkout")
    assert clone.ran(clone.dvc("repro")) == []


def test_a_new_set_is_a_block_of_yaml(clone: Clone) -> None:
    clone.git("checkout", "-q", "-b", "fifth")
    params = _minimal()
    params["experiments"]["fifth"] = json.loads(json.dumps(params["experiments"]["total"]))
    params["experiments"]["fifth"]["student"]["embeddings"] = "fvt"
    clone.write_params(params)
    ran = clone.ran(clone.dvc("repro"))
    assert ran == [
        "student@fifth",
        "distill@fifth",
        "evaluate@fifth",
        "compare",
        "export@fifth",
        "efficiency",
        "report",
    ]
    assert "fifth" in (clone.folder / "report/README.md").read_text(encoding="utf-8")
    clone.commit("fifth")
    clone.git("checkout", "-q", "main")
    clone.dvc("checkout")


def test_an_experiment_from_the_command_line(clone: Clone) -> None:
    before = clone.metrics()
    output = clone.dvc("exp", "run", "-n", "hotter", "-S", "experiments.total.distill.temperature=3.0")
    assert "distill@total" in clone.ran(output)
    shown = json.loads(clone.dvc("exp", "show", "--json"))
    assert "hotter" in json.dumps(shown)
    clone.git("checkout", "-q", "--", ".")
    clone.dvc("checkout")
    assert clone.metrics() == before


def test_plots_and_dag_are_drawn(clone: Clone) -> None:
    clone.dvc("plots", "show", "-o", "plots")
    page = (clone.folder / "plots/index.html").read_text(encoding="utf-8")
    assert "validation_mlm" in page
    shutil.rmtree(clone.folder / "plots")
    assert "distill@total" in clone.dvc("dag", "--mermaid")


def test_another_clone_gives_the_same_bytes(clone: Clone, tmp_path: Path) -> None:
    """From nothing, and with fewer sets: no set's weights or metrics depend on what else is trained."""
    params = _minimal()
    params["experiments"] = {name: params["experiments"][name] for name in ("total", "partial_word")}
    other = Clone(tmp_path, params)
    other.dvc("repro")
    assert "total/evaluate.json" in other.metrics()
    assert other.metrics().items() <= clone.metrics().items()
    for name in ("teacher", "base", "floor", *(f"{name}/distilled" for name in params["experiments"])):
        weights = [folder / "models" / name / "model.safetensors" for folder in (clone.folder, other.folder)]
        assert weights[0].read_bytes() == weights[1].read_bytes()
