"""The teacher's outputs as cached by the `targets` stage: the arrays on disk, and those of a batch's blocks.

A folder holds options.json and the arrays that its options ask for:

samples.npy          uint16 [draws, blocks, masked, samples]: piece ids drawn at each masked position (see `sampling`)
log_probability.npy  fp16 [draws, blocks, masked]: mean over the samples of the teacher's log-probability at T, nats
vectors.npy          fp16 [draws, blocks, width]: the teacher's vector of each block; or, for alignment: word,
                     fp16 [words, width], a block's words from starts[block] to starts[block + 1]
starts.npy           int64 [blocks + 1]
basis.npy            fp32 [width, teacher's width], orthonormal rows, if the vectors are reduced

The masks are not cached: they are functions of the seed, the draw and the block (see `tokens.randomness`).
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tinypt.distillation.sampling import Samples
from tinypt.distillation.teacher import States
from tinypt.files import read_json, verify
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import Blocks
from tinypt.training.batches import Batch, Rows, ascending, take, to_device

OPTIONS = "options.json"


@dataclass(frozen=True)
class CachedTargets:
    """The teacher's cached outputs, used in place of the teacher.

    options: the parameters they were cached with; length: tokens in a block; arrays: the folder's, memory-mapped.

    A batch's `extra` holds its part of the arrays, on the device:

    samples, log_probability: int64 [positions, samples] and fp32 [positions], at the batch's masked positions.
    vectors: fp32, [blocks, width] for blocks; [blocks, length, width] for words, word i of a block at position i.
    """

    options: TeacherTargets | BaseTargets
    length: int
    arrays: Mapping[str, NDArray[Any]]

    def reduce(self, projection: nn.Linear) -> nn.Linear:
        """Turn a projection to the teacher's width into one to the cached vectors' width, if they are reduced."""
        if "basis" not in self.arrays:
            return projection
        basis = self.arrays["basis"]
        reduced = nn.Linear(projection.in_features, len(basis), bias=False)
        with torch.no_grad():
            reduced.weight.copy_(torch.from_numpy(np.array(basis)) @ projection.weight)
        return reduced

    def to(self, device: torch.device, dtype: torch.dtype) -> None:
        """Do nothing: there is no model to move."""

    def read(self, blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
        """The blocks, without the teacher's reading of the text, and their cached outputs.

        The batch's epochs are the draws of masks that the outputs were cached with, if the teacher read masked text.
        """
        rows, epochs = ascending(rows, epochs)
        draws = epochs % self.options.draws if isinstance(self.options, TeacherTargets) else epochs
        student_side = dataclasses.replace(blocks, teacher_ids=None, teacher_words=None)
        batch = take(student_side, rows, draws, device)
        return dataclasses.replace(batch, extra=self._outputs(rows, draws, device))

    def states(self, batch: Batch, inputs: Tensor, every_layer: bool = False) -> States:
        """No states: they are not cached."""
        return ()

    def vectors(self, batch: Batch, states: States, alignment: str) -> Tensor:
        """The batch's cached vectors."""
        return batch.extra["vectors"]

    def distribution(self, batch: Batch, states: States, positions: Tensor) -> Samples:
        """The samples at the batch's masked positions."""
        return Samples(batch.extra["samples"], batch.extra["log_probability"])

    def _outputs(self, rows: Rows, draws: Rows, device: torch.device) -> dict[str, Tensor]:
        """The batch's part of the arrays, for rows and draws, both [blocks]."""
        outputs = {}
        if "samples" in self.arrays:
            samples, log_probability = (self.arrays[name][draws, rows] for name in ("samples", "log_probability"))
            outputs["samples"] = to_device(samples.astype(np.int64), device).flatten(0, 1)
            outputs["log_probability"] = to_device(log_probability.astype(np.float32), device).flatten()
        if "starts" in self.arrays:
            outputs["vectors"] = to_device(self._words(rows), device).float()
        elif "vectors" in self.arrays:
            vectors = self.arrays["vectors"]
            outputs["vectors"] = to_device(vectors[draws if len(vectors) > 1 else 0, rows], device).float()
        return outputs

    def _words(self, rows: Rows) -> NDArray[np.float16]:
        starts, vectors = self.arrays["starts"], self.arrays["vectors"]
        padded = np.zeros((len(rows), self.length, vectors.shape[1]), dtype=np.float16)
        for place, (start, end) in enumerate(zip(starts[rows], starts[rows + 1], strict=True)):
            padded[place, : end - start] = vectors[start:end]
        return padded


def open_cached(folder: Path, length: int) -> CachedTargets | None:
    """Map the arrays of data/targets/<tokenizer>/cached, for blocks of `length` tokens; None if nothing is cached.

    Raises:
        PipelineError: an array is missing or damaged.
    """
    verify(folder)
    options = read_json(folder / OPTIONS)
    if options is None:
        return None
    schema = TeacherTargets if "draws" in options else BaseTargets
    arrays: dict[str, NDArray[Any]] = {}
    for name in ("samples", "log_probability", "vectors", "starts", "basis"):
        path = folder / f"{name}.npy"
        if not path.exists():
            continue
        try:
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError as error:
            raise PipelineError(f"{path}: not a whole .npy array ({error}); run the targets stage again") from None
    return CachedTargets(schema(**options), length, arrays)
