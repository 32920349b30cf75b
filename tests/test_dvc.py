"""dvc.yaml against the code: stages name the code they import, and folders import in one direction."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from dvc.repo import Repo
from dvc.repo.artifacts import check_name_format

from stages import distill, targets
from tinypt.params.loader import SECTIONS
from tinypt.training import pretraining

ROOT = Path(__file__).parents[1]
# The order of the data flow; a folder imports only folders before it. Modules outside these folders serve all of them.
FLOW = (
    *("params", "plan.py", "sample", "corpus", "measures", "cleaning", "selection", "sentences", "tokens", "modeling"),
    *("training", "distillation", "evaluation", "preflight.py", "reporting", "release"),
    *("inference", "publish.py", "cli.py", "__main__.py"),
)
WITHOUT_MODELS = (
    "download",
    "clean",
    "select",
    "split",
    "tasks",
    "sentences",
    "compare",
    "report",
    "plan",
    "thresholds",
)
# No stage depends on them: errors, progress, the stage runner, and types and checks of values cannot change an output.
# A comma in an error message, or a key of another section, must not make hours of training stale.
UNTRACKED = (ROOT / "tinypt/runtime", ROOT / "tinypt/params")


@pytest.fixture(scope="module")
def stages() -> dict[str, "object"]:
    """Every stage of dvc.yaml, templates expanded, by name."""
    return {stage.name: stage for stage in Repo(str(ROOT)).index.stages}


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The dotted names that these statements import, relative imports left out."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def _files(names: Iterable[str]) -> frozenset[Path]:
    paths = (ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in names)
    return frozenset(path for path in paths if path.is_file())


@cache
def _imports(file: Path) -> frozenset[Path]:
    """The project's own files that `file` imports directly, wherever in it the import stands."""
    return _files(_names(ast.walk(ast.parse(file.read_text(encoding="utf-8")))))


def _closure(file: Path) -> set[Path]:
    seen, waiting = set(), [file]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += _imports(current)
    return seen


def _is_untracked(file: Path) -> bool:
    return any(file.is_relative_to(folder) for folder in UNTRACKED)


def _module(stage: object) -> Path:
    match = re.search(r"python -m stages\.(?!check)(\w+)", str(stage.cmd))  # type: ignore[attr-defined]
    assert match, stage
    return ROOT / "stages" / f"{match.group(1)}.py"


def _code_deps(stage: object) -> set[Path]:
    deps = {ROOT / dep.def_path for dep in stage.deps if dep.def_path is not None}  # type: ignore[attr-defined]
    return {dep for dep in deps if dep.is_relative_to(ROOT / "tinypt") or dep.is_relative_to(ROOT / "stages")}


def test_every_stage_names_the_code_it_imports(stages: dict[str, object]) -> None:
    missing = {}
    for name, stage in stages.items():
        deps = _code_deps(stage)
        for file in _closure(_module(stage)):
            if not _is_untracked(file) and not any(file == dep or file.is_relative_to(dep) for dep in deps):
                missing.setdefault(name.split("@")[0], set()).add(str(file.relative_to(ROOT)))
    assert missing == {}


@pytest.mark.parametrize(
    ("stage", "code"), [("distill@total", distill.CODE), ("targets@base", targets.CODE), ("teacher", pretraining.CODE)]
)
def test_unfinished_work_is_used_only_with_the_code_that_began_it(
    stages: dict[str, object], stage: str, code: list[Path]
) -> None:
    """Of files.py and the readers of inputs nothing is left in a checkpoint."""
    kept = ("distillation", "modeling", "tokens", "training")
    deps = [file for dep in _code_deps(stages[stage]) for file in (dep.rglob("*.py") if dep.is_dir() else [dep])]
    assert {file for file in deps if file.parent.name in kept} <= set(code)


def test_no_stage_depends_on_code_that_cannot_change_an_output(stages: dict[str, object]) -> None:
    for name, stage in stages.items():
        assert not any(_is_untracked(dep) for dep in _code_deps(stage)), name
    for file in (file for folder in UNTRACKED for file in folder.glob("*.py")):
        assert all(_is_untracked(imported) for imported in _imports(file)), file


def test_schemas_of_parameters_hold_values_and_compute_none() -> None:
    """DVC sees the values in params.yaml alone, so no stage may get another value from a schema."""
    for file in (ROOT / "tinypt/params").glob("*.py"):
        for schema in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(schema, ast.ClassDef):
                methods = {node.name for node in schema.body if isinstance(node, ast.FunctionDef)}
                assert all(name.startswith("_") for name in methods), f"{file}: {schema.name}: {methods}"
                assert not [node for node in schema.body if isinstance(node, ast.AnnAssign) and node.value], file


@pytest.mark.parametrize("stage", WITHOUT_MODELS)
def test_a_stage_without_models_starts_without_their_libraries(stage: str) -> None:
    """torch takes seconds to import, in every stage of a run."""
    seen, waiting = set(), [ROOT / f"stages/{stage}.py"]
    while waiting:
        seen.add(file := waiting.pop())
        names = list(_names(ast.parse(file.read_text(encoding="utf-8")).body))  # not the imports inside functions
        assert not {name.split(".")[0] for name in names} & {"torch", "transformers", "datasets"}, file
        waiting += _files(names) - seen


def test_no_stage_names_code_it_does_not_import(stages: dict[str, object]) -> None:
    idle = {}
    for name, stage in stages.items():
        files = _closure(_module(stage))
        for dep in _code_deps(stage):
            if not any(file == dep or file.is_relative_to(dep) for file in files):
                idle.setdefault(name.split("@")[0], set()).add(str(dep.relative_to(ROOT)))
    assert idle == {}


def test_every_parameter_a_stage_loads_is_tracked(stages: dict[str, object]) -> None:
    for name, stage in stages.items():
        source = _module(stage).read_text(encoding="utf-8")
        tracked = {key.split(".")[0] for dep in stage.deps for key in getattr(dep, "params", [])}  # type: ignore[attr-defined]
        loaded = set(re.findall(r'\bload\(f?"(\w+)', source)) | ({"seed"} if "load_seed()" in source else set())
        loaded |= {"students"} if "student_names()" in source else set()
        loaded |= set(SECTIONS) if "read_sections()" in source else set()
        assert loaded == tracked, name


def test_the_students_of_params_yaml_are_the_stages_of_dvc_yaml(stages: dict[str, object]) -> None:
    students = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["students"]
    for stage in ("student", "distill", "evaluate", "export"):
        assert {name.split("@")[1] for name in stages if name.startswith(f"{stage}@")} == set(students)


@pytest.mark.parametrize("file", ["params.yaml", "params/sample.yaml", "params/brwac.yaml", "params/brwac-pilot.yaml"])
def test_every_release_is_an_artifact(file: str) -> None:
    students = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["students"]
    artifacts = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["artifacts"]
    for student in students:
        assert artifacts[student] == {"path": f"models/{student}/release", "type": "model"}
    for name in artifacts:
        check_name_format(name)


def test_outputs_are_never_persisted_and_metrics_are_in_git(stages: dict[str, object]) -> None:
    for stage in stages.values():
        for out in stage.outs:  # type: ignore[attr-defined]
            assert not out.persist
            assert out.use_cache == (not out.def_path.startswith(("metrics/", "report")))


def test_metrics_of_dvc_are_the_scores_and_nothing_prevents_its_run_cache(stages: dict[str, object]) -> None:
    for stage in stages.values():
        for out in stage.outs:  # type: ignore[attr-defined]
            assert out.is_metric == out.def_path.endswith("/scores.json")
            assert out.use_cache or out.is_metric or out.is_plot or out.def_path == "report"


def test_own_inputs_are_dependencies_that_git_and_dvc_can_track(stages: dict[str, object]) -> None:
    for name in ("corpus", "tasks", "teacher", "base"):
        stage = stages["download" if name == "corpus" else name]
        assert f"inputs/{name}" in [dep.def_path for dep in stage.deps]  # type: ignore[attr-defined]
        ignored = subprocess.run(["git", "check-ignore", "-q", f"inputs/{name}/mine.dvc"], cwd=ROOT, check=False)
        assert ignored.returncode == 1
        assert (ROOT / f"inputs/{name}/.gitkeep").exists(), "DVC refuses a dependency that does not exist"


def test_every_stage_says_what_it_does() -> None:
    for name, stage in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"].items():
        assert stage.get("do", stage).get("desc"), name


def test_data_flows_one_way() -> None:
    for file in sorted((ROOT / "tinypt").rglob("*.py")):
        place = file.relative_to(ROOT / "tinypt").parts[0]
        rank = FLOW.index(place) if place in FLOW else -1
        for imported in _imports(file):
            assert imported.is_relative_to(ROOT / "tinypt"), f"{file} imports {imported}"
            other = imported.relative_to(ROOT / "tinypt").parts[0]
            assert (FLOW.index(other) if other in FLOW else -1) <= rank, f"{file} imports {imported}"


def test_a_release_is_used_without_the_pipeline() -> None:
    """The package is installed with few dependencies, and starts fast."""
    allowed = {"huggingface_hub", "numpy", "onnxruntime", "tinypt", "tokenizers", "xxhash", *sys.stdlib_module_names}
    for file in _closure(ROOT / "tinypt/__main__.py"):
        place = file.relative_to(ROOT / "tinypt").parts[0]
        assert place in {"__init__.py", "__main__.py", "cli.py", "files.py", "inference", "publish.py", "runtime"}
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            assert {module.split(".")[0] for module in modules} <= allowed, file


def test_no_stage_imports_another() -> None:
    for file in sorted((ROOT / "stages").glob("*.py")):
        assert not [other for other in _imports(file) if other.is_relative_to(ROOT / "stages")]


@pytest.mark.parametrize("stage", ["teacher", "base", "untrained", "student", "distill", "evaluate"])
def test_training_and_evaluation_need_neither_dvc_nor_datasets(stage: str) -> None:
    for file in _closure(ROOT / "stages" / f"{stage}.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            assert not {module.split(".")[0] for module in modules} & {"dvc", "datasets"}, file
