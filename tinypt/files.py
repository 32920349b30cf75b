"""Write files atomically, so that a killed process leaves no unfinished output; read them with clear errors.

Damage is noticed by checksums, XXH3 of 128 bits. `sealed_path` and `publish` write those of a folder to checksums.xxh3
in it, which `xxhsum -c` reads too; a folder within that has its own is left out. The checksum of a single file is in a
hidden file next to it, in the same form. `verify` compares, once for each file and process. In the folders where only
stages write, a file without a checksum is refused as well: otherwise damage to the checksums would switch the
comparison off.
"""

import dataclasses
import hashlib
import json
import logging
import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinypt.runtime.errors import PipelineError, full_disk

if TYPE_CHECKING:  # imported where they are used: the demo's server needs Python alone
    import numpy as np

WORK = Path(".cache")  # unfinished work that a rerun continues; ignored by git and DVC
CHECKSUMS = "checksums.xxh3"
WRITTEN_BY_STAGES = ("data", "models")
REPAIR = "run `dvc repro`"
_LINES = re.compile(r"(?:[0-9a-f]{32}  [^\n]+\n)*")
log = logging.getLogger(__name__)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder. On success it replaces `path`; on failure it is removed.

    The caller may write a file or a folder there. The temporary name starts with a dot and depends only on `path`, so
    the next run removes the remains of a killed process. A path must have one writer at a time.

    Raises:
        PipelineError: the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    _remove(temporary)
    try:
        yield temporary
        _replace(temporary, path)
    except Exception as error:  # libraries raise many kinds, most of which do not name the file
        if line := full_disk(error, path):
            raise PipelineError(line) from None
        raise
    finally:
        _remove(temporary)


@contextmanager
def sealed_path(path: Path) -> Iterator[Path]:
    """Like `atomic_path`, and write the checksum of the file, or of each file of the folder (see `verify`).

    A file must not be written twice, unless `is_whole` finds it damaged: a kill between checksum and file would make
    the old file look damaged.
    """
    with atomic_path(path) as temporary:
        yield temporary
        if temporary.is_dir():
            _seal(temporary)
        else:
            with atomic_path(_seal_of(path)) as seal:  # first: without its checksum a file would be taken for damaged
                seal.write_text(f"{digest(temporary)}  {path.as_posix()}", encoding="utf-8", errors="surrogateescape")


def create_array(path: Path, dtype: "type[np.generic]", shape: tuple[int, ...]) -> "np.memmap[Any, Any]":
    """A new .npy file, memory-mapped, to be filled.

    Its place on the disk is reserved, where the system can: a write to a mapped file on a full disk ends the process
    with signal 7 and no word.

    Raises:
        PipelineError: the disk is full.
    """
    from numpy.lib.format import open_memmap

    try:
        array = open_memmap(path, mode="w+", dtype=dtype, shape=shape)
        if hasattr(os, "posix_fallocate"):
            with path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        if line := full_disk(error, path):
            raise PipelineError(line) from None
        raise
    return array


def work_folder(stage: str, key: str) -> Path:
    """Folder under .cache/ for unfinished work of `stage`. A rerun with the same `key` finds it (see `fingerprint`)."""
    folder = WORK / stage / key
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def publish(folder: Path, path: Path) -> None:
    """Move a finished work folder, with checksums, to its final path: by renaming it, or by a copy to another disk."""
    _seal(folder)
    with atomic_path(path) as temporary:
        shutil.move(folder, temporary)


def digest(path: Path) -> str:
    """XXH3 of a file, 32 hexadecimal digits. It is computed once for each state of the file."""
    state = path.stat()
    return _digest(str(path.absolute()), state.st_ino, state.st_size, state.st_mtime_ns)


def verify(path: Path) -> None:
    """Compare a file, or every file that should be below a folder, with its checksum.

    Only what lies in data/ or models/ must have checksums: a user may keep a folder elsewhere.

    Raises:
        PipelineError: a file is missing, damaged, or not the one that the stage wrote; or the checksums are.
    """
    expected, where = _expected(path)
    for file, checksum in expected.items():
        if digest(file) != checksum:
            raise PipelineError(f"{file}: damaged: its checksum differs from that in {where}; {_remedy(file)}")


def require_all(folder: Path) -> None:
    """Check that the folder has the files that its stage wrote and no others, without reading them.

    Raises:
        PipelineError: a file is missing, or is not listed; or the checksums are missing or damaged.
    """
    _expected(folder)


def is_whole(path: Path) -> bool:
    """Whether a file of unfinished work (see `sealed_path`) is there and undamaged; otherwise it must be made again.

    A file that was written under another path is not used: it is of another shard or, since folders of unfinished work
    are named by their inputs, of another run.
    """
    if not path.is_file():
        return False
    (listed, where), seal = _listed(path), _seal_of(path)
    elsewhere = seal.is_file() and _read_seal(seal)[1] != path.as_posix()
    if listed.get(path) == digest(path) and not elsewhere:
        return True
    log.warning("%s: unfinished work, damaged or of another run (%s); it is done again", path, where or "no checksum")
    return False


def remove_others(folder: Path, names: Iterable[str]) -> None:
    """Remove everything from a folder of unfinished work but the files called `names` and their checksums.

    The folder is published as a whole, so a stray file would become an output.
    """
    kept = {CHECKSUMS, *(kept for name in names for kept in (name, _seal_of(Path(name)).name))}
    for path in folder.iterdir():
        if path.name not in kept:
            _remove(path)


def fingerprint(values: Any, inputs: Iterable[Path] = ()) -> str:
    """Sixteen hexadecimal digits that depend on `values` and on every byte of `inputs`.

    `values` may be anything that JSON can represent, and dataclasses and paths. `inputs` are files or folders; a folder
    contributes the name and content of every file in it, in sorted order.

    Raises:
        PipelineError: an input does not exist, or is damaged (see `verify`).
    """
    key = hashlib.sha256(json.dumps(values, sort_keys=True, default=_plain).encode())
    for path in inputs:
        if not path.exists():
            raise PipelineError(f"{path}: no such file or folder; run the stage that writes it (`dvc repro`)")
        if _listed(path)[1]:  # code, and folders of users' own, have no checksums
            verify(path)
        for file in list_files(path) if path.is_dir() else [path]:
            key.update(f"\0{file.relative_to(path.parent)}\0{digest(file)}".encode())
    return key.hexdigest()[:16]


def source_files(*folders: str) -> list[Path]:
    """The modules in folders of this package, to make a fingerprint depend on the code."""
    return [file for folder in folders for file in sorted((Path(__file__).parent / folder).rglob("*.py"))]


def list_files(folder: Path, broken_links: bool = False) -> list[Path]:
    """All files below `folder`, sorted by path, except checksums, hidden files and files in hidden folders.

    Linked folders are followed, except to a folder that the link is in. With `broken_links`, links to nothing are
    listed too.
    """
    below = _below(folder, ())
    return sorted(path for path in below if path.is_file() or (broken_links and not path.exists()))


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
    except (ValueError, RecursionError) as error:
        raise PipelineError(f"{path}: not valid JSON ({error}); run the stage that writes it again") from None


def read_metrics(path: Path, stage: str, needed: Iterable[str]) -> dict[str, Any]:
    """Content of a metrics file written by `stage`. Each dotted key of `needed` must be a number or hold some.

    Raises:
        PipelineError: the file is missing, or is not one that `stage` writes.
    """
    if not path.is_file():
        raise PipelineError(f"{path}: no such file; run `dvc repro {stage}`, which writes it")
    content = read_json(path)
    if not isinstance(content, dict):
        raise PipelineError(f"{path}: must hold a mapping of metrics; run `dvc repro {stage}` again")
    numbers = flatten(content)
    for key, number in numbers.items():
        if not abs(number) <= sys.float_info.max:  # NaN too; whole numbers in JSON have no bound
            raise PipelineError(f"{path}: {key} is no finite number; run `dvc repro {stage}` again")
    for key in needed:
        if not any(f"{found}.".startswith(f"{key}.") for found in numbers):
            raise PipelineError(f"{path}: has no number {key}; run `dvc repro {stage}` again")
    return content


def flatten(part: object, prefix: str = "") -> dict[str, float | int]:
    """The numbers in nested mappings under their dotted keys, in order."""
    if not isinstance(part, Mapping):
        return {prefix: part} if isinstance(part, int | float) and not isinstance(part, bool) else {}
    items: dict[str, float | int] = {}
    for key, item in part.items():
        items |= flatten(item, f"{prefix}.{key}" if prefix else str(key))
    return items


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


def _below(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """What is below `folder` and no folder. `above` are the real paths of the folders on the way to it."""
    real = folder.resolve()
    if real in above:
        return
    _, folders, names = next(os.walk(folder), ("", [], []))  # nothing, of a folder that is missing or may not be read
    yield from (folder / name for name in names if not name.startswith(".") and name != CHECKSUMS)
    for name in folders:
        if not name.startswith("."):
            yield from _below(folder / name, (*above, real))


@cache
def _digest(path: str, *state: int) -> str:
    import xxhash

    found = xxhash.xxh3_128()
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()


def _seal_of(file: Path) -> Path:
    return file.with_name(f".{file.name}.xxh3")


def _read_seal(seal: Path) -> tuple[str, str]:
    """The checksum in a file of `sealed_path`, and the path that its file was written under."""
    checksum, _, name = seal.read_text("utf-8", "surrogateescape").partition("  ")
    return checksum, name


def _seal(folder: Path) -> None:
    """Write the checksums of all files of a folder; those that `sealed_path` wrote are taken over."""
    files = _own_files(folder)
    seals = {file: _seal_of(file) for file in files}
    sums = {file: _read_seal(seal)[0] if seal.exists() else digest(file) for file, seal in seals.items()}
    with atomic_path(folder / CHECKSUMS) as temporary:
        lines = [f"{sums[file]}  {file.relative_to(folder).as_posix()}\n" for file in files]
        temporary.write_text("".join(lines), encoding="utf-8")
    for seal in seals.values():
        seal.unlink(missing_ok=True)


def _own_files(folder: Path) -> list[Path]:
    """All files below `folder`, without those of a folder below it that has its own checksums."""
    others = [listing.parent for listing in folder.rglob(CHECKSUMS) if listing.parent != folder]
    return [file for file in list_files(folder) if not any(file.is_relative_to(other) for other in others)]


def _expected(path: Path) -> tuple[dict[Path, str], Path | None]:
    """The checksums that `path`, or each file below it, must have, and the file that says so.

    Raises:
        PipelineError: there is none, or it is damaged, or a file is missing or not listed.
    """
    listed, where = _listed(path)
    if where is None:
        if path.exists() and path.parts[0] in WRITTEN_BY_STAGES:
            raise PipelineError(f"{path}: its {CHECKSUMS} is missing, without which damage is not noticed; {REPAIR}")
        return {}, None
    if where.name == CHECKSUMS and not _LINES.fullmatch(where.read_text("utf-8", "replace")):
        raise PipelineError(f"{where}: damaged: not a list of checksums and names; {_remedy(where)}")
    for file in listed:
        if not file.is_file():
            raise PipelineError(f"{file}: no such file, but {where} lists it; {REPAIR}")
    for file in _own_files(path) if path.is_dir() else [path]:
        if file.is_file() and file not in listed:
            raise PipelineError(
                f"{file}: is not in {where}; remove it if no stage wrote it, else the list is damaged: {_remedy(where)}"
            )
    return listed, where


def _listed(path: Path) -> tuple[dict[Path, str], Path | None]:
    """The checksums of `path`, or of files below it, by the nearest list, and that file; None without one."""
    if (seal := _seal_of(path)).is_file():
        return {path: _read_seal(seal)[0]}, seal
    for folder in (path, *path.parents):
        if (listing := folder / CHECKSUMS).is_file():
            lines = listing.read_text("utf-8", "replace").splitlines()
            listed = {folder / name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
            return {file: listed[file] for file in listed if path in (file, *file.parents)}, listing
    return {}, None


def _remedy(path: Path) -> str:
    """The command that removes `path` and, since DVC links files to its cache, the damaged copy there."""
    return f"run `find .dvc/cache {path} -samefile {path} -delete`, then `dvc repro` (docs/reliability.md)"


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
