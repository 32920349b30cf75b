"""The teacher: its interface to an objective, and the live model."""

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from tinypt.distillation.pooling import pool
from tinypt.distillation.sampling import Samples
from tinypt.modeling.forward import encode, encode_layers, score
from tinypt.modeling.load import load_model
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.trimming import ids_in
from tinypt.training.batches import Batch, Rows, take

TeacherDistribution = Tensor | Samples  # logits [positions, vocabulary], or samples of them at a temperature
States = tuple[Tensor, ...]  # hidden states, each [blocks, length, hidden], as from `encode_layers`; or the last alone


class TeacherOutputs(Protocol):
    """A teacher's outputs, computed by a `Teacher` or read from `CachedTargets`."""

    def to(self, device: torch.device, dtype: torch.dtype) -> None:
        """Move models to the device, with weights of `dtype`."""

    def read(self, blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
        """Read a batch onto the device, with everything that the other methods read from it."""

    def states(self, batch: Batch, inputs: Tensor, every_layer: bool) -> States:
        """Hidden states for a batch, of every layer or the last; `inputs` are the student's masked ids."""

    def vectors(self, batch: Batch, states: States, alignment: str) -> Tensor:
        """Vectors for the cosine term, as from `pool`; `states` is the result of `states` for this batch."""

    def distribution(self, batch: Batch, states: States, positions: Tensor) -> TeacherDistribution:
        """The teacher's distribution over the student's vocabulary, at flat positions of the batch."""


class Teacher:
    """A frozen teacher, run on every batch.

    With one tokenizer it reads the student's masked blocks. The student's vocabulary may be a part of the teacher's.
    With two tokenizers it reads the same text unmasked, in its own pieces.
    """

    def __init__(self, model: PreTrainedModel, special: SpecialIds, ids: NDArray[np.int64] | None = None) -> None:
        """Freeze `model`; `special` are the special ids of its tokenizer.

        `ids[i]` is the teacher's id of the student's piece i; None if the vocabularies are equal or unrelated.
        """
        self.model, self.special = model.eval().requires_grad_(False), special
        if ids is not None and np.array_equal(ids, np.arange(model.config.vocab_size)):
            ids = None
        self.ids = None if ids is None else torch.from_numpy(ids)

    def to(self, device: torch.device, dtype: torch.dtype) -> None:
        """Move the model to the device, with weights of `dtype`."""
        self.model.to(device, dtype)
        self.ids = None if self.ids is None else self.ids.to(device)

    def read(self, blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
        """The blocks alone."""
        return take(blocks, rows, epochs, device)

    @torch.no_grad()
    def states(self, batch: Batch, inputs: Tensor, every_layer: bool = False) -> States:
        """Hidden states of `inputs`, or of the teacher's own reading of the text if the batch has one."""
        ids = self._own_ids(inputs) if batch.teacher_ids is None else batch.teacher_ids
        if every_layer:
            return encode_layers(self.model, ids, self.special, batch.padded)
        return (encode(self.model, ids, self.special, batch.padded),)

    def vectors(self, batch: Batch, states: States, alignment: str) -> Tensor:
        """The last states, pooled. With one tokenizer the positions are the student's, masked ones included."""
        ids = self._own_ids(batch.ids) if batch.teacher_ids is None else batch.teacher_ids
        return pool(alignment, states[-1], batch.teacher_words, ~self.special.is_special(ids))

    @torch.no_grad()
    def distribution(self, batch: Batch, states: States, positions: Tensor) -> Tensor:
        """Logits [positions, vocabulary] of the student's pieces alone; a softmax renormalises over them."""
        logits = score(self.model, states[-1], positions)
        return logits if self.ids is None else logits[:, self.ids]

    def _own_ids(self, ids: Tensor) -> Tensor:
        """The student's ids as the teacher's; same shape."""
        return ids if self.ids is None else self.ids[ids]


def load_teacher(folder: Path) -> Teacher:
    """Load the teacher, for students with its own vocabulary or with an unrelated one."""
    tokenizer = load_tokenizer(folder)
    # A model may have scores for more ids than its tokenizer has pieces; `ids_in` leaves the others out.
    return Teacher(load_model(folder), SpecialIds.of(tokenizer), ids_in(tokenizer, tokenizer))
