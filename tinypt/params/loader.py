"""Read parameters: YAML checked against dataclasses. Every mistake is reported in one line.

A frozen dataclass describes a section of params.yaml. Its fields are the section's keys. Their annotations are the
allowed types: int, float, bool, str, Path, Literal, T | None, tuple[T, ...], dict[str, T], another dataclass, or a
union of dataclasses. The first field of each dataclass in a union is a Literal, which selects the dataclass.
`__post_init__` checks ranges and combinations with `require`. No field has a default, so DVC sees every value in use.
"""

import dataclasses
import difflib
import math
import os
import re
import reprlib
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from tinypt.runtime.errors import PipelineError
from tinypt.runtime.strict_yaml import load_yaml

PARAMS = Path("params.yaml")
REFERENCES = ("teacher", "base", "untrained")  # the models that are compared with the students
# Sections whose keys become parts of paths, commands and metrics: the characters they may have, and the names that
# would mean something else there. For a student these are other folders under models/ and metrics/, and other systems
# in reports; for a task other keys of metrics files, and columns of soft labels.
_NAMED = {"students": "a-z, 0-9 and _", "tasks": "letters, digits and _"}
_NAME = {"students": re.compile("[a-z_][a-z0-9_]*"), "tasks": re.compile("[A-Za-z][A-Za-z0-9_]*")}
_RESERVED = {
    "students": (
        *(*REFERENCES, "soft_labels", "targets", "tokenize", "training"),
        *("constant", "word_jaccard", "overlap_features", "char_ngrams", "finetune_matched", "finetune_cls"),
    ),
    "tasks": (
        *("mlm", "words", "gap_recovered", "mlm_loss", "word_accuracy", "bits_per_character", "parameters"),
        *("text_a", "text_b"),
    ),
}
LONGEST_NAME = 60  # with additions, it and two joined names must be names of files: 255 bytes
_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 3, 200, 200
LARGEST_SEED = 2**63 - 1
LARGEST_NUMBER = 10**9  # of whole numbers that count something; a larger one is a slip
MISSING = "the files in params/ show every key"
SECTIONS = [
    "seed",
    "corpus",
    "clean",
    "select",
    "split",
    "tasks",
    "teacher",
    "base",
    "tokenize",
    "targets",
    "sentence_teacher",
    "sentences",
    "students",
    "evaluate",
    "export",
]


class _Mistake(Exception):
    """A wrong value, with its dotted key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key, self.message = key, message


def load(section: str, schema: Any, path: Path = PARAMS) -> Any:
    """Read one section of a parameter file as `schema`. A dotted `section`, such as `students.total`, is a nested one.

    Raises:
        PipelineError: the file or section is missing, a key is unknown or missing, or a value has the
            wrong type or is out of range; the message names the file and the dotted key.
    """
    content = read_sections(path)
    for key in content:
        if key not in SECTIONS:
            raise PipelineError(f"{path}: {key}: unknown key; {_hint(key, SECTIONS)}")
    value: Any = content
    for name in section.split("."):
        if not isinstance(value, Mapping) or name not in value:
            hint = _hint(name, value) if value is not content and isinstance(value, Mapping) else MISSING
            raise PipelineError(f"{path}: {section} is missing; {hint}")
        value = value[name]
    try:
        return _build(schema, value, section)
    except _Mistake as mistake:
        raise PipelineError(f"{path}: {mistake}") from None


def load_seed(path: Path = PARAMS) -> int:
    """Seed of every random choice in the pipeline.

    Raises:
        PipelineError: it is no integer, or not one that every library takes.
    """
    seed: int = load("seed", int, path)
    if not 0 <= seed <= LARGEST_SEED:
        raise PipelineError(f"{path}: seed: must be from 0 to {LARGEST_SEED}, is {_SHORT.repr(seed)}")
    return seed


def student_names(path: Path = PARAMS) -> list[str]:
    """Names of the students, in the order of the file. Their values are not checked."""
    return list(load("students", dict, path))


def read_sections(path: Path = PARAMS) -> dict[str, Any]:
    """All sections of a parameter file, unchecked but for the names of students and tasks.

    Raises:
        PipelineError: the file is missing or is not a YAML mapping, has a key twice, or has no student or no task; or a
            name is reserved, too long, or has characters that would mean something to a shell, in a path or in a table.
    """
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; copy one of params/*.yaml to it") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or a number of thousands of digits
        raise PipelineError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise PipelineError(f"{path}: not valid YAML: nested too deeply") from None
    if not isinstance(content, dict):
        raise PipelineError(f"{path}: must hold a mapping of sections")
    for section in _NAMED:
        if isinstance(named := content.get(section), dict):
            _check_names(section, named, path)
    return content


def _check_names(section: str, named: dict[Any, Any], path: Path) -> None:
    thing = section.removesuffix("s")
    if not named:
        raise PipelineError(f"{path}: {section}: must hold at least one {thing}")
    for name in map(str, named):
        where = f"{path}: {section}.{_SHORT.repr(name)[1:-1]}"
        if not _NAME[section].fullmatch(name):
            raise PipelineError(f"{where}: a {thing}'s name may contain only {_NAMED[section]}")
        if name in _RESERVED[section]:
            raise PipelineError(f"{where}: the name is reserved; choose another")
        if len(name) > LONGEST_NAME:
            limit = f"at most {LONGEST_NAME} characters, not {len(name)}"
            raise PipelineError(f"{where}: a {thing}'s name may have {limit}")


def _shown(value: Any) -> str:
    """A value for a message: short even where aliases in YAML make it endless."""
    return _SHORT.repr(value)


def require(condition: bool, key: str, message: str) -> None:
    """Refuse the value of `key`, or of the whole section if `key` is "", unless `condition` holds.

    For `__post_init__` of a schema. `message` states the requirement and the value.
    """
    if not condition:
        raise _Mistake(key, message)


def require_counts(owner: Any, *keys: str, largest: int = LARGEST_NUMBER) -> None:
    """Refuse numbers of `owner` that are not greater than 0, or greater than `largest`; null passes."""
    for key in keys:
        value = getattr(owner, key)
        require(value is None or value > 0, key, f"must be greater than 0, is {_shown(value)}")
        require(value is None or value <= largest, key, f"must be at most {largest:,}, is {_shown(value)}")


def require_commit(id: str, revision: str | None) -> None:
    """Refuse a hub id without a commit, since the content of a branch can change. A local folder needs none."""
    pinned = revision is not None and len(revision) == 40
    require(
        pinned or Path(id).is_dir(),
        "revision",
        f"must be the 40-digit commit of {id} on the hub (there is no folder {id})",
    )


def _hint(name: object, known: Iterable[str]) -> str:
    names = [str(key) for key in known]
    near = difflib.get_close_matches(str(name), names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"


def _build(schema: Any, value: Any, key: str) -> Any:
    origin, arguments = get_origin(schema), get_args(schema)
    if dataclasses.is_dataclass(schema):
        return _build_dataclass(schema, value, key)
    if origin in (Union, types.UnionType):
        return _build_union(arguments, value, key)
    if origin is Literal:
        if not any(value == allowed and type(value) is type(allowed) for allowed in arguments):
            raise _Mistake(key, f"must be one of {', '.join(map(str, arguments))}, is {_shown(value)}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise _Mistake(key, f"must be a list, is {_shown(value)}")
        return tuple(_build(arguments[0], item, f"{key}[{index}]") for index, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise _Mistake(key, f"must be a mapping, is {_shown(value)}")
        return {str(name): _build(arguments[1], item, f"{key}.{name}") for name, item in value.items()}
    return _build_scalar(schema, value, key)


def _build_scalar(schema: type, value: Any, key: str) -> Any:
    if schema is Path and isinstance(value, str):
        return _build_path(value, key)
    if type(value) is int and abs(value) > LARGEST_SEED:
        raise _Mistake(key, f"must be from {-LARGEST_SEED} to {LARGEST_SEED}, is {_shown(value)}")
    if schema is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is schema and not (isinstance(value, float) and not math.isfinite(value)):
        return value
    names = {
        int: "a whole number",
        float: "a finite number",
        bool: "true or false",
        str: "text",
        Path: "a path",
        dict: "a mapping",
    }
    hint = " (in YAML an exponent needs a decimal point: 1.0e-3)" if schema is float and _is_number(value) else ""
    raise _Mistake(key, f"must be {names[schema]}, is {_shown(value)}{hint}")


def _build_path(value: str, key: str) -> Path:
    for name in re.findall(r"\$\{?(\w+)", value):
        if not os.environ.get(name):
            raise _Mistake(key, f"is {value}, but the environment variable {name} is not set")
    return Path(os.path.expandvars(value)).expanduser()


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _build_union(options: tuple[Any, ...], value: Any, key: str) -> Any:
    if types.NoneType in options:
        if value is None:
            return None
        options = tuple(option for option in options if option is not types.NoneType)
    if len(options) == 1:
        return _build(options[0], value, key)
    if not isinstance(value, dict):
        raise _Mistake(key, f"must be a mapping, is {_shown(value)}")
    discriminator = dataclasses.fields(options[0])[0].name
    by_name = {name: option for option in options for name in get_args(get_type_hints(option)[discriminator])}
    chosen = value.get(discriminator)
    if not isinstance(chosen, str) or chosen not in by_name:
        raise _Mistake(f"{key}.{discriminator}", f"must be one of {', '.join(by_name)}, is {_shown(chosen)}")
    return _build_dataclass(by_name[chosen], value, key)


def _build_dataclass(schema: Any, value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        raise _Mistake(key, f"must be a mapping, is {_shown(value)}")
    hints = get_type_hints(schema)
    names = [field.name for field in dataclasses.fields(schema)]
    unknown = [name for name in value if name not in names]
    if unknown:
        raise _Mistake(f"{key}.{unknown[0]}", f"unknown key; {_hint(unknown[0], names)}")
    missing = [name for name in names if name not in value]
    if missing:
        raise _Mistake(f"{key}.{missing[0]}", f"is missing; {MISSING}")
    built = {name: _build(hints[name], value[name], f"{key}.{name}") for name in names}
    try:
        return schema(**built)
    except _Mistake as mistake:
        raise _Mistake(f"{key}.{mistake.key}".rstrip("."), mistake.message) from None
