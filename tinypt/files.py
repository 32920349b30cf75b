"""Write files atomically, so that a killed process leaves no unfinished output; read them with clear errors."""

import dataclasses
import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinypt.runtime.errors import PipelineError

WORK = Path(".cache")  # unfinished work that a rerun continues; ignored by git and DVC


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder. On success it replaces `path`; on failure it is removed.

    The caller may write a file or a folder there. The temporary name starts with a dot and depends only on `path`, so
    the next run removes the remains of a killed process. A path must have one writer at a time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    _remove(temporary)
    try:
        yield temporary
        _replace(temporary, path)
    finally:
        _remove(temporary)


def work_folder(stage: str, key: str) -> Path:
    """Folder under .cache/ for unfinished work of `stage`. A rerun with the same `key` finds it (see `fingerprint`)."""
    folder = WORK / stage / key
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def publish(folder: Path, path: Path) -> None:
    """Move a finished work folder to its final path: by renaming it, or by a copy if it is on another disk."""
    with atomic_path(path) as temporary:
        shutil.move(folder, temporary)


def fingerprint(values: Any, inputs: Iterable[Path] = ()) -> str:
    """Sixteen hexadecimal digits that depend on `values` and on every byte of `inputs`.

    `values` may be anything that JSON can represent, and dataclasses and paths. `inputs` are files or folders; a folder
    contributes the name and content of every file in it, in sorted order.

    Raises:
        PipelineError: an input does not exist.
    """
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=_plain).encode())
    for path in inputs:
        if not path.exists():
            raise PipelineError(f"{path}: no such file or folder; run the stage that writes it (`dvc repro`)")
        for file in list_files(path) if path.is_dir() else [path]:
            digest.update(f"\0{file.relative_to(path.parent)}\0".encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]


def list_files(folder: Path) -> list[Path]:
    """All files below `folder`, sorted by path, except hidden files and files in hidden folders."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def write_json(path: Path, content: Any) -> None:
    """Write `content` atomically as indented JSON. Keys keep their order; floats are rounded to 6 significant digits.

    Raises:
        PipelineError: a number is not finite.
    """
    text = json.dumps(_rounded(content, str(path)), indent=2, ensure_ascii=False) + "\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Content of a JSON file.

    Raises:
        PipelineError: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; run the stage that writes it (`dvc repro`)") from None
    except ValueError as error:
        raise PipelineError(f"{path}: not valid JSON ({error}); run the stage that writes it again") from None


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"cannot fingerprint a value of type {type(value).__name__}")


def _rounded(value: Any, where: str) -> Any:
    if isinstance(value, dict):
        return {str(key): _rounded(item, f"{where}: {key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item, where) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PipelineError(f"{where} is {value}; a metric must be a finite number")
        return float(f"{value:.6g}")
    return value


def _replace(source: Path, target: Path) -> None:
    """Replace `target` with `source`. An old folder is renamed first, so that `target` is never partly removed."""
    aside = target.with_name(f".{target.name}.old")
    _remove(aside)
    if target.is_dir():
        os.replace(target, aside)
    os.replace(source, target)
    _remove(aside)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
