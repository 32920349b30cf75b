"""What the `targets` stage stored of the teacher: the arrays on disk, and those of a batch's blocks.

A folder holds options.json and, of these arrays, those that its options ask for:

samples.npy          uint16 [draws, blocks, masked, samples]: piece ids drawn at each masked position (see `sampling`)
log_probability.npy  fp16 [draws, blocks, masked]: mean over the samples of the teacher's log-probability at T, nats
vectors.npy          fp16 [draws, blocks, width]: the teacher's vector of each block; or, of words,
                     fp16 [words, width], the words of a block from starts[block] to starts[block + 1]
starts.npy           int64 [blocks + 1]
basis.npy            fp32 [width, teacher's width], orthonormal rows, where the vectors are reduced

The masks are not there: they are functions of the seed, the draw and the block (see `tokens.randomness`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tinypt.files import read_json
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.errors import PipelineError

OPTIONS = "options.json"
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class StoredBatch:
    """The teacher's targets for a batch of `blocks` blocks of `length` tokens, on the device.

    samples, log_probability: int64 [positions, samples] and fp32 [positions], at the batch's masked positions.
    vectors: fp32, [blocks, width] of texts, [blocks, length, width] of words, word i of a block at position i.
    """

    samples: Tensor | None
    log_probability: Tensor | None
    vectors: Tensor | None


@dataclass(frozen=True)
class CachedTargets:
    """A teacher that is not there, but what it said; the arrays are memory-mapped."""

    options: TeacherTargets | BaseTargets
    length: int
    samples: NDArray[np.uint16] | None
    log_probability: NDArray[np.float16] | None
    vectors: NDArray[np.float16] | None
    starts: NDArray[np.int64] | None
    basis: NDArray[np.float32] | None

    @property
    def temperature(self) -> float | None:
        """Temperature that the samples were drawn at; None without them."""
        return self.options.temperature if isinstance(self.options, TeacherTargets) else None

    @property
    def alignment(self) -> str | None:
        """What the vectors are of: word or sentence; None without them."""
        return self.options.alignment

    def draws(self, epochs: Rows) -> Rows:
        """The draw of masks that blocks are shown with in their epochs; the epochs where the teacher saw no mask."""
        return epochs % self.options.draws if isinstance(self.options, TeacherTargets) else epochs

    def reduce(self, projection: nn.Linear) -> nn.Linear:
        """The projection to the teacher's width made one to the stored vectors' width, where that is less."""
        if self.basis is None:
            return projection
        reduced = nn.Linear(projection.in_features, len(self.basis), bias=False)
        with torch.no_grad():
            reduced.weight.copy_(torch.from_numpy(np.array(self.basis)) @ projection.weight)
        return reduced

    def take(self, rows: Rows, draws: Rows, device: torch.device) -> StoredBatch:
        """Read the targets of blocks onto the device; rows and draws are [blocks]."""

        def move(array: NDArray[Any]) -> Tensor:
            tensor = torch.from_numpy(np.ascontiguousarray(array))
            return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor

        samples = log_probability = vectors = None
        if self.samples is not None and self.log_probability is not None:
            samples = move(self.samples[draws, rows].astype(np.int64)).flatten(0, 1)
            log_probability = move(self.log_probability[draws, rows].astype(np.float32)).flatten()
        if self.starts is not None:
            vectors = move(self._words(rows)).float()
        elif self.vectors is not None:
            vectors = move(self.vectors[draws if len(self.vectors) > 1 else 0, rows]).float()
        return StoredBatch(samples, log_probability, vectors)

    def _words(self, rows: Rows) -> NDArray[np.float16]:
        assert self.starts is not None
        assert self.vectors is not None
        padded = np.zeros((len(rows), self.length, self.vectors.shape[1]), dtype=np.float16)
        for place, (start, end) in enumerate(zip(self.starts[rows], self.starts[rows + 1], strict=True)):
            padded[place, : end - start] = self.vectors[start:end]
        return padded


def open_cached(folder: Path, length: int) -> CachedTargets | None:
    """Map the arrays of data/targets/<tokenizer>/cached, for blocks of `length` tokens; None where nothing is stored.

    Raises:
        PipelineError: the folder is not what the stage writes.
    """
    told = read_json(folder / OPTIONS)
    if told is None:
        return None
    schema = TeacherTargets if "draws" in told else BaseTargets
    arrays: dict[str, Any] = {}
    for name in ("samples", "log_probability", "vectors", "starts", "basis"):
        path = folder / f"{name}.npy"
        try:
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False) if path.exists() else None
        except ValueError as error:
            raise PipelineError(f"{path}: not a whole .npy array ({error}); run the targets stage again") from None
    return CachedTargets(schema(**told), length, **arrays)
