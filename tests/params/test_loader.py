from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tinypt.params.loader import load, load_seed, require, student_names
from tinypt.runtime.errors import PipelineError


@dataclass(frozen=True)
class Files:
    source: Literal["files", "folder"]
    path: Path


@dataclass(frozen=True)
class Hub:
    source: Literal["hub"]
    id: str


@dataclass(frozen=True)
class Inner:
    rate: float
    cased: bool

    def __post_init__(self) -> None:
        require(0 < self.rate < 1, "rate", f"must be between 0 and 1, is {self.rate}")
        require(self.cased or self.rate < 0.5, "", "an uncased model takes a rate below 0.5")


@dataclass(frozen=True)
class Schema:
    steps: int
    inner: Inner
    origin: Files | Hub
    grid: tuple[float, ...]
    weights: dict[str, float]
    mode: Literal["fast", "slow", 3]
    limit: int | None


GOOD: dict[str, Any] = {
    "steps": 10,
    "inner": {"rate": 0.5, "cased": True},
    "origin": {"source": "hub", "id": "some/model"},
    "grid": [1, 0.5],
    "weights": {"mlm": 1.0},
    "mode": "fast",
    "limit": None,
}
Read = Callable[[Any], Any]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Load a value as the section `evaluate`."""

    def read(value: Any) -> Any:
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump({"evaluate": value}), encoding="utf-8")
        return load("evaluate", Schema, path)

    return read


def changed(key: str, value: Any) -> dict[str, Any]:
    return {**GOOD, key: value}


def test_a_valid_section_is_built_with_its_types(read: Read) -> None:
    assert read(GOOD) == Schema(10, Inner(0.5, True), Hub("hub", "some/model"), (1.0, 0.5), {"mlm": 1.0}, "fast", None)
    assert type(read(GOOD).grid[0]) is float
    assert read(changed("limit", 5)).limit == 5
    assert read(changed("mode", 3)).mode == 3
    for source in ("files", "folder"):
        assert read(changed("origin", {"source": source, "path": "data"})).origin == Files(source, Path("data"))


@given(steps=st.integers(-(2**63) + 1, 2**63 - 1), rate=st.floats(0.01, 0.99), grid=st.lists(st.floats(-1e9, 1e9)))
def test_numbers_are_read_unchanged(
    tmp_path_factory: pytest.TempPathFactory, steps: int, rate: float, grid: list[float]
) -> None:
    path = tmp_path_factory.getbasetemp() / "numbers.yaml"
    value = {**GOOD, "steps": steps, "inner": {"rate": rate, "cased": True}, "grid": grid}
    path.write_text(yaml.safe_dump({"evaluate": value}))
    built = load("evaluate", Schema, path)
    assert (built.steps, built.inner.rate, built.grid) == (steps, rate, tuple(grid))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("stepss", 1, "evaluate.stepss: unknown key; did you mean steps?"),
        ("colour", 1, "evaluate.colour: unknown key; known are steps, inner, "),
        ("steps", 1.0, "evaluate.steps: must be a whole number, is 1.0"),
        ("steps", True, "evaluate.steps: must be a whole number, is True"),
        ("steps", "ten", "evaluate.steps: must be a whole number, is 'ten'"),
        ("steps", 10**999, "evaluate.steps: must be from -9223372036854775807 to 9223372036854775807, is 1000000"),
        ("grid", [-(10**999)], "evaluate.grid[0]: must be from -9223372036854775807 to 9223372036854775807, is -1000"),
        ("steps", None, "evaluate.steps: must be a whole number, is None"),
        ("inner", 3, "evaluate.inner: must be a mapping, is 3"),
        ("inner", {"rate": 0.5}, "evaluate.inner.cased: is missing; the files in params/"),
        ("inner", {"rate": "1e-3", "cased": True}, "evaluate.inner.rate: must be a finite number, is '1e-3' (in YAML"),
        ("inner", {"rate": "some text", "cased": True}, "evaluate.inner.rate: must be a finite number, is 'some text'"),
        ("inner", {"rate": float("nan"), "cased": True}, "evaluate.inner.rate: must be a finite number, is nan"),
        ("inner", {"rate": True, "cased": True}, "evaluate.inner.rate: must be a finite number, is True"),
        ("inner", {"rate": 2, "cased": True}, "evaluate.inner.rate: must be between 0 and 1, is 2.0"),
        ("inner", {"rate": 0.7, "cased": False}, "evaluate.inner: an uncased model takes a rate below 0.5"),
        ("inner", {"rate": 0.7, "cased": 1}, "evaluate.inner.cased: must be true or false, is 1"),
        ("origin", {"source": "web", "id": "x"}, "evaluate.origin.source: must be one of files, folder, hub, is 'web'"),
        ("origin", {"source": ["hub"]}, "evaluate.origin.source: must be one of files, folder, hub, is ['hub']"),
        ("origin", {"id": "x"}, "evaluate.origin.source: must be one of files, folder, hub, is None"),
        ("origin", "hub", "evaluate.origin: must be a mapping, is 'hub'"),
        ("origin", {"source": "hub", "path": "x"}, "evaluate.origin.path: unknown key; known are source, id"),
        ("grid", 1.0, "evaluate.grid: must be a list, is 1.0"),
        ("grid", [1.0, "x"], "evaluate.grid[1]: must be a finite number, is 'x'"),
        ("weights", [1.0], "evaluate.weights: must be a mapping, is [1.0]"),
        ("weights", {"kl": None}, "evaluate.weights.kl: must be a finite number, is None"),
        ("mode", "medium", "evaluate.mode: must be one of fast, slow, 3, is 'medium'"),
        ("mode", 3.0, "evaluate.mode: must be one of fast, slow, 3, is 3.0"),
        ("limit", "x", "evaluate.limit: must be a whole number, is 'x'"),
    ],
)
def test_the_message_is_one_line_with_file_and_key(read: Read, key: str, value: Any, message: str) -> None:
    with pytest.raises(PipelineError) as refused:
        read(changed(key, value))
    text = str(refused.value)
    assert f"params.yaml: {message}" in text
    assert "\n" not in text


def test_every_key_is_required(read: Read) -> None:
    for name in GOOD:
        with pytest.raises(PipelineError, match=rf"evaluate\.{name}: is missing"):
            read({key: value for key, value in GOOD.items() if key != name})


def test_paths_may_contain_environment_variables_that_are_set(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FOLDER", "/somewhere")
    for text in ("$SOME_FOLDER/x", "${SOME_FOLDER}/x"):
        assert read(changed("origin", {"source": "files", "path": text})).origin.path == Path("/somewhere/x")
    assert read(changed("origin", {"source": "files", "path": "~/x"})).origin.path == Path.home() / "x"
    for value in (None, ""):
        monkeypatch.delenv("SOME_FOLDER")
        if value is not None:
            monkeypatch.setenv("SOME_FOLDER", value)
        with pytest.raises(PipelineError, match=r"origin\.path: is \$SOME_FOLDER/x, but .* SOME_FOLDER is not set"):
            read(changed("origin", {"source": "files", "path": "$SOME_FOLDER/x"}))
        monkeypatch.setenv("SOME_FOLDER", "/somewhere")


def test_sections(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("seed: 7\nstudents:\n  total: {rate: 0.25, cased: true}\n")
    assert load_seed(path) == 7
    assert load("students.total", Inner, path) == Inner(0.25, True)
    assert load("students", dict[str, Inner], path) == {"total": Inner(0.25, True)}
    assert student_names(path) == ["total"]
    with pytest.raises(PipelineError, match=r"params.yaml: students.totl is missing; did you mean total\?"):
        load("students.totl", Inner, path)
    with pytest.raises(PipelineError, match=r"params.yaml: corpus is missing; the files in params/"):
        load("corpus", Inner, path)
    path.write_text("seed: 7\nstudents: [total]\n")
    with pytest.raises(PipelineError, match=r"params.yaml: students: must be a mapping, is \['total'\]"):
        student_names(path)
    path.write_text("seed: 7\ncorpse: {}\n")
    with pytest.raises(PipelineError, match=r"params.yaml: corpse: unknown key; did you mean corpus\?"):
        load_seed(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed: [", "not valid YAML"),
        (b"seed: 'caf\xe9'", "not valid YAML"),
        (b"seed: " + b"1" * 5000, "not valid YAML"),
        (b"seed: -1", "seed: must be from 0 to 9223372036854775807, is -1"),
        (b"seed: 18446744073709551616", "seed: must be from -9223372036854775807 to 9223372036854775807, is 1844674"),
        (b"- 1\n", "must hold a mapping"),
        (b"", "must hold a mapping"),
    ],
)
def test_an_invalid_file_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(PipelineError, match=message) as refused:
        load_seed(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"params.yaml: no such file; copy one of params/"):
        load_seed(tmp_path / "params.yaml")


@pytest.mark.parametrize("section", ["students", "tasks"])
@pytest.mark.parametrize(
    "name",
    ["a;touch x", "$(x)", "`x`", "a b", "a'b", 'a"b', "../a", "a/b", "<b>", "a|b", "a\nb", "-a", "é", "", "1"],
)
def test_names_that_mean_something_elsewhere_are_refused_in_every_stage(
    tmp_path: Path, section: str, name: str
) -> None:
    """They become paths, commands of a shell, keys of metrics and cells of tables."""
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"seed": 1, section: {"fine": {}, name: {}}}), encoding="utf-8")
    with pytest.raises(PipelineError, match=r"name may contain only") as refused:
        load_seed(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("section", "name", "message"),
    [
        ("tasks", "mlm", "the name is reserved"),
        ("tasks", "words", "the name is reserved"),
        ("tasks", "gap_recovered", "the name is reserved"),
        ("tasks", "parameters", "the name is reserved"),
        ("tasks", "text_a", "the name is reserved"),
        ("students", "soft_labels", "the name is reserved"),
        ("students", "finetune_cls", "the name is reserved"),
        ("tasks", "a" * 300, "may have at most 60 characters, not 300"),
        ("students", "a" * 61, "may have at most 60 characters, not 61"),
    ],
)
def test_names_that_are_taken_or_too_long_are_refused_in_every_stage(
    tmp_path: Path, section: str, name: str, message: str
) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"seed": 1, section: {"fine": {}, "b" * 60: {}, name: {}}}), encoding="utf-8")
    with pytest.raises(PipelineError, match=rf"{section}\.{name[:20]}.*: .*{message}"):
        load_seed(path)


@pytest.mark.parametrize("section", ["students", "tasks"])
def test_a_run_without_students_or_tasks_is_refused(tmp_path: Path, section: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"seed: 1\n{section}: {{}}\n")
    with pytest.raises(PipelineError, match=rf"{section}: must hold at least one {section[:-1]}$"):
        load_seed(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("seed: 1\ntokenize: {length: 8}\nseed: 2\n", "line 3: the key seed is also in line 1; remove one of them"),
        ("seed: 1\ntokenize: {length: 8, length: 9}\n", "line 2: the key length is also in line 2"),
        ("seed: 1\nstudents:\n  a: {x: 1}\n  b: {}\n  a: {}\n", "line 5: the key a is also in line 3"),
        ("seed: 1\nstudents:\n  a: &a {x: 1}\n  b: {<<: *a, <<: *a}\n", "line 4: the key << is also in line 4"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_lines(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(content)
    with pytest.raises(PipelineError, match=rf"^{path}: not valid YAML: {message}") as refused:
        load_seed(path)
    assert "\n" not in str(refused.value)


def test_an_inherited_key_may_be_stated_anew(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("seed: 1\nstudents:\n  a: &a {rate: 0.25, cased: true}\n  b: {<<: *a, rate: 0.125}\n")
    assert load("students.b", Inner, path) == Inner(0.125, True)


def test_aliases_that_would_fill_the_memory_and_tags_end_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    bomb = "x0: &x0 [lol]\n" + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 30))
    for content in (bomb + "seed: *x29", "seed: &a {b: *a}", "seed: " + "[" * 9999, "seed: !!python/name:os.system x"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(PipelineError) as refused:
            load("seed", int, path)
        assert len(str(refused.value)) < 2000
        assert "\n" not in str(refused.value)
