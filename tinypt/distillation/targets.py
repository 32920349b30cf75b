"""Running the teacher once over all blocks and caching the outputs (for the format see `cached_targets`)."""

import logging
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import xxhash
from numpy.typing import NDArray
from torch import Tensor

from tinypt.distillation.cached_targets import OPTIONS
from tinypt.distillation.pooling import word_exists
from tinypt.distillation.sampling import sample_pieces
from tinypt.distillation.teacher import Teacher
from tinypt.files import create_array, digest, read_json, remove_others, write_json
from tinypt.modeling.types import sizes
from tinypt.params.fit import check_width
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.errors import PipelineError, environment_fault, first_line
from tinypt.runtime.progress import Progress
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.randomness import stream_keys, uniforms
from tinypt.training.batches import Batch, Rows, take

log = logging.getLogger(__name__)
BATCH = {"cpu": 8, "cuda": 256}  # blocks the teacher reads at once
PART = 2048  # blocks in a part; a killed run resumes after its last finished part
FIT = 512  # blocks that the reduced width is fitted on, spread evenly over the text
SAMPLING = 1 << 31  # added to the seed, so that samples do not depend on the masks
STARTS, BASIS = "starts.npy", "basis.npy"
FIXED = (STARTS, BASIS, OPTIONS)  # files that no part changes
HEADER = 128  # bytes of an array's description
Metrics = dict[str, int | float]
Arrays = dict[str, np.memmap[Any, Any]]
Parts = list[tuple[int, int]]  # draw and first block


def write_targets(
    teacher: Teacher,
    blocks: Blocks,
    options: TeacherTargets | BaseTargets,
    seed: int,
    device: torch.device,
    folder: Path,
    label: str,
) -> Metrics:
    """Fill `folder` with the teacher's outputs for `blocks`; resume an earlier, killed run.

    Memory does not grow with the number of blocks. A block's outputs are a function of the seed, the draw and the
    block alone, so a killed run leaves no trace.

    Args:
        teacher: the live teacher.
        blocks: for BaseTargets, with the teacher's reading of the text.
        options: what to cache.
        seed: for masks; the one students are trained with.
        device: to run the teacher on.
        folder: exists; holds unfinished work or nothing. Its progress stands beside it, in <folder>.json.
        label: of the progress line.

    Returns:
        Blocks, tokens (of the student's tokenizer), bytes and bytes per token.

    Raises:
        PipelineError: the reduced width is not less than the teacher's.
    """
    teacher.to(device, torch.bfloat16 if options.precision == "bf16" else torch.float32)
    draws = options.draws if isinstance(options, TeacherTargets) else 1
    parts = [(draw, start) for draw in range(draws) for start in range(0, len(blocks), PART)]
    state = folder.with_suffix(".json")
    arrays, done = _resume(folder, parts, len(blocks)) or (
        _create(teacher, blocks, options, draws, seed, device, folder),
        list[str](),
    )
    if not done:
        write_json(state, {"run": _run(folder), "files": _checksums(folder, arrays), "parts": done})
    files, word_starts = read_json(state)["files"], _word_starts(folder)
    basis = torch.from_numpy(np.load(folder / BASIS)).to(device) if options.width is not None else None
    left = sum(min(start + PART, len(blocks)) - start for _, start in parts[len(done) :])
    progress = Progress(label, "tokens", left * blocks.length)
    began = time.monotonic()
    for draw, start in parts[len(done) :]:
        end = min(start + PART, len(blocks))
        for first in range(start, end, BATCH[device.type]):
            rows = np.arange(first, min(first + BATCH[device.type], end))
            batch = take(blocks, rows, np.full_like(rows, draw), device)
            for name, values in _outputs(teacher, batch, options, seed, basis).items():
                _put(arrays[name], values.cpu().numpy(), draw, rows, word_starts if name == "vectors" else None)
            progress.add(len(rows) * blocks.length)
        for array in arrays.values():
            array.flush()
        done.append(_checksum(arrays, draw, start, end, word_starts))
        write_json(state, {"run": _run(folder), "files": files, "parts": done})
    progress.close()
    log.info("%s: %s tokens/s", label, f"{progress.done / max(time.monotonic() - began, 1e-9):,.0f}")
    size = sum(file.stat().st_size for file in folder.glob("*.npy"))
    tokens = len(blocks) * blocks.length
    return {"blocks": len(blocks), "tokens": tokens, "bytes": size, "bytes_per_token": size / tokens}


def _resume(folder: Path, parts: Parts, blocks: int) -> tuple[Arrays, list[str]] | None:
    """The arrays of a killed run, memory-mapped, and the checksums of its parts up to the first damaged one.

    None if there is nothing to continue.
    """
    if not folder.with_suffix(".json").exists():
        return None
    try:
        saved = read_json(folder.with_suffix(".json"))
        if saved["run"] != _run(folder):
            raise ValueError("of another run")
        names = [name for name in saved["files"] if name not in FIXED]
        arrays = {Path(name).stem: np.load(folder / name, mmap_mode="r+") for name in names}
        if _checksums(folder, arrays) != saved["files"]:
            raise ValueError("a checksum differs")
        starts, done = _word_starts(folder), list[str]()
        for (draw, start), checksum in zip(parts, saved["parts"], strict=False):
            if _checksum(arrays, draw, start, min(start + PART, blocks), starts) != checksum:
                log.warning("%s: unfinished work, damaged after part %d; the rest is done again", folder, len(done))
                break
            done.append(checksum)
        remove_others(folder, saved["files"])
    except (PipelineError, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        if environment_fault(error):
            raise
        log.warning("%s: unfinished work, damaged (%s); it is done again", folder, first_line(error))
        return None
    return arrays, done


def _run(folder: Path) -> str:
    """Name of the work folder, which depends on every input: work that was copied from another run is not used."""
    return folder.parent.name


def _checksums(folder: Path, arrays: Arrays) -> dict[str, str]:
    """Checksums of the files that no part changes, and the headers of the arrays."""
    found = {name: digest(folder / name) for name in FIXED if (folder / name).exists()}
    for name in arrays:
        with (folder / f"{name}.npy").open("rb") as file:
            found[f"{name}.npy"] = file.read(HEADER).hex()
    return found


def _checksum(arrays: Arrays, draw: int, start: int, end: int, starts: Rows | None) -> str:
    """Checksum of the values of the blocks from `start` to `end` in all arrays."""
    found = xxhash.xxh3_128()
    for name in sorted(arrays):
        words = starts if name == "vectors" else None
        values = arrays[name][draw, start:end] if words is None else arrays[name][words[start] : words[end]]
        found.update(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def _word_starts(folder: Path) -> Rows | None:
    return np.load(folder / STARTS, mmap_mode="r") if (folder / STARTS).exists() else None


def _create(
    teacher: Teacher,
    blocks: Blocks,
    options: TeacherTargets | BaseTargets,
    draws: int,
    seed: int,
    device: torch.device,
    folder: Path,
) -> Arrays:
    """Empty arrays, memory-mapped."""
    remove_others(folder, [])  # left by a run that was killed while creating the arrays, or damaged
    shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {}
    if isinstance(options, TeacherTargets):
        masked = max(1, round(options.mask_probability * blocks.length))
        shapes["samples"] = ((draws, len(blocks), masked, options.samples), np.uint16)
        shapes["log_probability"] = ((draws, len(blocks), masked), np.float16)
    if options.alignment is not None:
        width = options.width or teacher.model.config.hidden_size
        rows = (_count_words(blocks, folder),) if options.alignment == "word" else (draws, len(blocks))
        shapes["vectors"] = ((*rows, width), np.float16)
    if options.width is not None:
        np.save(folder / BASIS, _fit(teacher, blocks, options, seed, device))
    write_json(folder / OPTIONS, vars(options))
    return {name: create_array(folder / f"{name}.npy", dtype, shape) for name, (shape, dtype) in shapes.items()}


@torch.inference_mode()
def _outputs(
    teacher: Teacher, batch: Batch, options: TeacherTargets | BaseTargets, seed: int, basis: Tensor | None
) -> dict[str, Tensor]:
    """The teacher's outputs for a batch, by name of their array. Vectors of words are joined, [words, width]."""
    outputs = {}
    if isinstance(options, TeacherTargets):
        masked = batch.mask(teacher.special, options.mask_probability, seed)
        states = teacher.states(batch, masked.inputs)
        logits = teacher.distribution(batch, states, masked.positions).float() / options.temperature
        logs = logits.log_softmax(dim=-1)
        per_block = len(masked.positions) // len(batch.ids)
        offsets = uniforms(stream_keys(seed + SAMPLING, batch.epochs, batch.rows), per_block).flatten()
        outputs["samples"] = sample_pieces(logs.exp(), options.samples, offsets)
        outputs["log_probability"] = logs.gather(1, outputs["samples"]).mean(dim=-1).half()
    else:
        states = teacher.states(batch, batch.ids)
    if options.alignment is not None:
        vectors = teacher.vectors(batch, (states[-1].float(),), options.alignment)
        if options.alignment == "word" and batch.teacher_words is not None:
            vectors = vectors[word_exists(batch.teacher_words)]
        outputs["vectors"] = (vectors if basis is None else vectors @ basis.T).half()
    return outputs


def _put(array: NDArray[Any], values: NDArray[Any], draw: int, rows: Rows, starts: Rows | None) -> None:
    """Write the values of consecutive blocks to their place; `starts` is given for vectors of words."""
    first, end = rows[0], rows[-1] + 1
    if starts is not None:
        array[starts[first] : starts[end]] = values
    else:
        array[draw, first:end] = values.reshape(len(rows), *array.shape[2:])


def _count_words(blocks: Blocks, folder: Path) -> int:
    """Write starts.npy, the index of each block's first word among all words, and return the number of words."""
    assert blocks.teacher_words is not None
    starts = create_array(folder / STARTS, np.int64, (len(blocks) + 1,))
    total = 0
    for first in range(0, len(blocks), PART):
        counts = blocks.teacher_words[first : first + PART].max(axis=1).astype(np.int64) + 1
        starts[first + 1 : first + 1 + len(counts)] = total + counts.cumsum()
        total += int(counts.sum())
    starts.flush()
    return total


def _fit(
    teacher: Teacher, blocks: Blocks, options: TeacherTargets | BaseTargets, seed: int, device: torch.device
) -> NDArray[np.float32]:
    """Orthonormal directions, [width, teacher's width], that keep most of the vectors' length in a sample of blocks.

    They are principal components of unit vectors, not centred, since the cosine term does not centre them either.
    """
    check_width(options.width, sizes(teacher.model.config))
    full = teacher.model.config.hidden_size
    moments = torch.zeros(full, full, dtype=torch.float64)
    chosen = np.unique(np.linspace(0, len(blocks) - 1, FIT).astype(np.int64))
    for rows in np.array_split(chosen, -(-len(chosen) // BATCH[device.type])):
        batch = take(blocks, rows, np.zeros_like(rows), device)
        vectors = _outputs(teacher, batch, options, seed, None)["vectors"].double().cpu()
        unit = vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=1e-12)
        moments += unit.T @ unit
    directions = np.linalg.eigh(moments.numpy())[1][:, ::-1][:, : options.width].T
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1, keepdims=True), axis=1)
    return np.ascontiguousarray(directions * np.sign(largest), dtype=np.float32)
