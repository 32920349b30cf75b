"""The frozen teacher of an objective, and whether its layers and the student's can be compared as asked."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from tinypt.distillation.batches import Batch
from tinypt.distillation.losses import pool
from tinypt.modeling.forward import attention_maps
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.masking import SpecialIds

LAYER_TERMS = frozenset({"hidden", "relations"})  # those that compare layers, not the last states alone


class Teacher:
    """A frozen teacher, and how the student is compared with it.

    With one tokenizer it reads the same masked blocks as the student, whose vocabulary may be a part of its own;
    with two it reads the student's text unmasked in its own pieces.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        special: SpecialIds,
        temperature: float | None,
        alignment: str | None,
        layers: Sequence[tuple[int, ...]] = (),
        relation_heads: int | None = None,
        ids: NDArray[np.int64] | None = None,
    ) -> None:
        """Keep what the terms need.

        `temperature` belongs to the KL term, `alignment` (token, word or sentence) to the cosine term,
        `layers` (pairs of student layer and teacher layer, from 1) to the hidden and relations terms,
        `relation_heads` to the relations term. `ids` are its own of the student's pieces, [vocabulary]; None with
        two tokenizers, or where the student's are the same.
        """
        self.model = model.eval().requires_grad_(False)
        self.special, self.temperature, self.alignment = special, temperature, alignment
        self.layers, self.relation_heads = layers, relation_heads
        vocabulary = np.arange(model.config.vocab_size)
        self.ids = None if ids is None or np.array_equal(ids, vocabulary) else torch.from_numpy(ids)

    def read(self, ids: Tensor) -> Tensor:
        """The student's ids as its own, where the two have one tokenizer; same shape."""
        return ids if self.ids is None else self.ids.to(ids.device)[ids]

    def of_students(self, logits: Tensor) -> Tensor:
        """Its logits [positions, vocabulary] for the student's pieces alone, which a softmax then renormalises over."""
        return logits if self.ids is None else logits[:, self.ids.to(logits.device)]

    def vectors(self, batch: Batch, states: Tensor) -> Tensor:
        """What the cosine term compares with, as of `losses.pool`, made of the last states of `batch`.

        With one tokenizer the positions are the student's, masked ones included.
        """
        assert self.alignment is not None
        ids = self.read(batch.ids) if batch.teacher_ids is None else batch.teacher_ids
        return pool(self.alignment, states, batch.teacher_words, ~self.special.is_special(ids))


def check_layers(student: PreTrainedModel, teacher: Teacher, relations: bool) -> None:
    """Refuse layers that a model has not and, for `relations`, heads and models that do not go with them.

    Raises:
        PipelineError: a layer past a model's depth, heads that do not divide a width, attention unlike BERT's.
    """
    for side, (owner, model) in enumerate((("student", student), ("teacher", teacher.model))):
        depth, width = model.config.num_hidden_layers, model.config.hidden_size
        for pair in teacher.layers:
            if pair[side] > depth:
                raise PipelineError(f"layers: {list(pair)} names layer {pair[side]} of the {owner}, which has {depth}")
            if relations:
                attention_maps(model, pair[side])
        if relations and teacher.relation_heads is not None and width % teacher.relation_heads:
            raise PipelineError(
                f"relation_heads: must divide the {owner}'s width of {width}, is {teacher.relation_heads}"
            )
