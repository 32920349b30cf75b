"""Time and bytes of reading a training step's blocks from a cold disk.

    python -m bench.reads FOLDER [GIGABYTES]

Writes token files of GIGABYTES (default: 2) into FOLDER, a folder on the disk to measure, and removes them at the end.
Four ways of reading 512 random blocks of 128 tokens in two tokenizers are compared: four arrays, with and without
MADV_RANDOM, and records, with and without being asked for ahead, as `tinypt.training.batches.take` does.
The files are evicted from the page cache before each step, so that little of a step was read by the one before, as in
a file much larger than memory. The ways take turns. Needs Linux.
"""

import mmap
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tinypt.tokens.arrays import Blocks, RowWriter, open_blocks, pair_record
from tinypt.training.batches import take

LENGTH, STEP, REPETITIONS = 128, 512, 7
PART = 20_000  # blocks written at once
OLD = (np.uint16, np.int16, np.uint16, np.int16)  # types of the four arrays


def main(folder: str, gigabytes: str = "2") -> None:
    """Print one row per way: median milliseconds and megabytes read."""
    record = pair_record(LENGTH)
    count = int(float(gigabytes) * 1e9) // (record.itemsize + 8 * LENGTH)
    with TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        _write(work, record, count)
        ways: dict[str, Callable[[], Blocks]] = {
            "four arrays": lambda: _arrays(work, False),
            "four arrays, MADV_RANDOM": lambda: _arrays(work, True),
            "records": lambda: _records(work, False),
            "records, asked for ahead": lambda: _records(work, True),
        }
        found: dict[str, list[tuple[float, int]]] = {way: [] for way in ways}
        for _ in range(REPETITIONS):
            for way, open_way in ways.items():
                for file in work.iterdir():
                    _evict(file)
                found[way].append(_step(open_way(), count))
    print(f"{STEP} of {count:,} blocks\n\n| reading | ms a step | MB a step |\n|---|--:|--:|")
    for way, results in found.items():
        seconds, read = (statistics.median(values) for values in zip(*results, strict=True))
        print(f"| {way} | {1e3 * seconds:,.0f} | {read / 1e6:,.1f} |")


def _write(folder: Path, record: np.dtype[Any], count: int) -> None:
    rng = np.random.default_rng(0)
    records = RowWriter(folder / "blocks.npy", record)
    arrays = [RowWriter(folder / f"{place}.npy", np.dtype(kind), (LENGTH,)) for place, kind in enumerate(OLD)]
    part = rng.integers(0, 256, (PART, 8 * LENGTH), dtype=np.uint8)
    for start in range(0, count, PART):
        rows = part[: min(PART, count - start)]
        records.append(np.ascontiguousarray(rows[:, : record.itemsize]).view(record)[:, 0])
        for writer in arrays:
            writer.append(np.ascontiguousarray(rows[:, : 2 * LENGTH]).view(writer.dtype))
    for writer in (records, *arrays):
        writer.close()


def _evict(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def _arrays(folder: Path, advise: bool) -> Blocks:
    arrays = [np.load(folder / f"{place}.npy", mmap_mode="r") for place in range(len(OLD))]
    if advise:
        for array in arrays:
            array.base.madvise(mmap.MADV_RANDOM)
    return Blocks(*arrays)


def _records(folder: Path, ahead: bool) -> Blocks:
    blocks = open_blocks(folder)
    return blocks if ahead else replace(blocks, file=None)


def _step(blocks: Blocks, count: int) -> tuple[float, int]:
    """Seconds and bytes read of one step."""
    rows: NDArray[np.int64] = np.random.default_rng(time.monotonic_ns()).integers(0, count, STEP)
    read, began = _bytes_read(), time.perf_counter()
    take(blocks, rows, np.zeros_like(rows), torch.device("cpu"))
    return time.perf_counter() - began, _bytes_read() - read


def _bytes_read() -> int:
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return int(lines["read_bytes"])


if __name__ == "__main__":
    main(*sys.argv[1:])
