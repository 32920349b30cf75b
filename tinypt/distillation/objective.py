"""What a step computes: the terms of a set's loss, from one batch of blocks."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from tinypt.distillation import losses
from tinypt.distillation.batches import Batch
from tinypt.distillation.cached_targets import CachedTargets
from tinypt.distillation.fused import TeacherOutputs, vocabulary_loss
from tinypt.distillation.teacher import LAYER_TERMS, Teacher, check_layers
from tinypt.modeling.forward import attention_vectors, encode, encode_layers, score
from tinypt.tokens.masking import Masked, SpecialIds


class Objective(nn.Module):
    """The loss terms of one parameter set; with the MLM term alone, plain pre-training.

    Vocabulary heads run at masked positions only: for a model this small the head costs eight times the
    encoder, and nothing but masked positions is scored. The kl_all term alone scores the others too.
    """

    def __init__(
        self,
        student: PreTrainedModel,
        special: SpecialIds,
        weights: Mapping[str, float],
        teacher: Teacher | CachedTargets | None = None,
        projection: nn.Linear | None = None,
        maps: nn.ModuleList | None = None,
    ) -> None:
        """Keep the models and the training-only maps; what a term does not need may be None.

        `weights` names the terms to compute; all but mlm need `teacher`, the model itself or what was stored of
        it, cosine needs `projection` and hidden needs `maps`, one linear map for each pair of the teacher's
        `layers`. With a stored teacher every batch must bring its targets.

        Raises:
            PipelineError: the models have not the layers, widths or attention that the terms need.
        """
        super().__init__()
        self.student, self.projection, self.maps = student, projection, maps
        self.special, self.weights = special, dict(weights)
        self.teacher = teacher if isinstance(teacher, Teacher) else None
        self.stored = teacher if isinstance(teacher, CachedTargets) else None
        self.temperature = None if teacher is None else teacher.temperature
        self.alignment = None if teacher is None else teacher.alignment
        if self.teacher is not None and self.weights.keys() & LAYER_TERMS:
            check_layers(student, self.teacher, "relations" in self.weights)

    def forward(self, batch: Batch, masked: Masked, shares: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Terms of the loss by name, without their weights, and their weighted sum as `loss`; scalars in fp32.

        Args:
            batch: the blocks.
            masked: their ids, masked.
            shares: where the batch is a part of a step, what each term is multiplied by, so that over the parts
                it adds up to the term of the step (see `counts`).
        """
        one = torch.ones((), device=batch.ids.device)
        factors = {name: one if shares is None else shares[name] for name in self.weights}
        weights = {name: self.weights[name] * factor for name, factor in factors.items()}
        layers = self._layers(self.student, masked.inputs, self.special)
        theirs = None if self.teacher is None else self._ask(self.teacher, batch, masked)
        terms = self._state_terms(batch, layers, theirs)
        parts = [weights[name] * term for name, term in terms.items()]
        if at_masked := {name: weight for name, weight in weights.items() if name in ("mlm", "kl")}:
            part, found = self._scored(batch, layers, theirs, masked.positions, masked.targets, at_masked)
            parts, terms = [*parts, part], terms | found
        if "kl_all" in weights:
            every = torch.arange(batch.ids.numel(), device=batch.ids.device)
            real = batch.ids.masked_fill(self.special.is_special(batch.ids), -100).flatten()
            part, found = self._scored(batch, layers, theirs, every, real, {"kl": weights["kl_all"]})
            parts, terms = [*parts, part], terms | {"kl_all": found["kl"]}
        return {"loss": torch.stack(parts).sum(), **{name: terms[name] * factors[name] for name in self.weights}}

    def counts(self, batch: Batch, masked: Masked) -> dict[str, Tensor]:
        """How many positions, words or texts each term is the mean of in this batch, int64 scalars by name.

        A step made of several batches weighs each term of each batch by its share of these.
        """
        scored, real = (masked.targets != -100).sum(), ~self.special.is_special(batch.ids)
        of = {"mlm": scored, "kl": scored, "kl_all": real.sum(), "hidden": real.sum()}
        of["relations"] = self._related(batch).sum()
        if "cosine" in self.weights:
            of["cosine"] = self._compared(batch).sum()
        return {name: of[name] for name in self.weights}

    @torch.no_grad()
    def _ask(self, teacher: Teacher, batch: Batch, masked: Masked) -> tuple[Tensor, ...]:
        """The teacher's hidden states, of what it reads of the batch."""
        seen = teacher.read(masked.inputs) if batch.teacher_ids is None else batch.teacher_ids
        return self._layers(teacher.model, seen, teacher.special)

    def _state_terms(
        self, batch: Batch, layers: tuple[Tensor, ...], theirs: tuple[Tensor, ...] | None
    ) -> dict[str, Tensor]:
        """The terms that compare hidden states; `theirs` is None where the teacher's were stored."""
        terms: dict[str, Tensor] = {}
        if "cosine" in self.weights:
            if self.teacher is not None and theirs is not None:
                vectors = self.teacher.vectors(batch, theirs[-1])
            else:
                assert batch.stored is not None
                assert batch.stored.vectors is not None
                vectors = batch.stored.vectors
            terms["cosine"] = self._cosine(batch, layers[-1], vectors)
        if self.weights.keys() & LAYER_TERMS:
            assert self.teacher is not None
            assert theirs is not None
            terms |= self._layer_terms(self.teacher, batch, layers, theirs)
        return terms

    def _scored(
        self,
        batch: Batch,
        layers: tuple[Tensor, ...],
        theirs: tuple[Tensor, ...] | None,
        positions: Tensor,
        targets: Tensor,
        weights: dict[str, Tensor],
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The terms of the logits at flat positions, as of `vocabulary_loss`."""
        said: TeacherOutputs = None
        if "kl" in weights and self.teacher is not None and theirs is not None:
            with torch.no_grad():
                said = self.teacher.of_students(score(self.teacher.model, theirs[-1], positions))
        elif "kl" in weights:
            assert batch.stored is not None
            assert batch.stored.samples is not None
            assert batch.stored.log_probability is not None
            said = batch.stored.samples, batch.stored.log_probability
        logits = score(self.student, layers[-1], positions)
        return vocabulary_loss(logits, targets, weights, self.temperature, said)

    def _cosine(self, batch: Batch, states: Tensor, theirs: Tensor) -> Tensor:
        assert self.projection is not None
        assert self.alignment is not None
        ours = losses.pool(self.alignment, states, batch.words, ~self.special.is_special(batch.ids))
        return losses.cosine(self.projection(ours), theirs, self._compared(batch))

    def _compared(self, batch: Batch) -> Tensor:
        """Which of the vectors that the cosine term compares there are: bool, as of `losses.pool` without the width."""
        real = ~self.special.is_special(batch.ids)
        if self.alignment == "word":
            assert batch.words is not None
            return losses.word_exists(batch.words)
        return real.any(dim=1) if self.alignment == "sentence" else real

    def _layer_terms(
        self, teacher: Teacher, batch: Batch, layers: tuple[Tensor, ...], targets: tuple[Tensor, ...]
    ) -> dict[str, Tensor]:
        """Means over the layer pairs, so that a term's weight means the same however many there are."""
        each: dict[str, list[Tensor]] = {}
        counted, related = ~self.special.is_special(batch.ids), self._related(batch)
        for index, (ours, theirs) in enumerate(teacher.layers):
            if "hidden" in self.weights:
                assert self.maps is not None
                term = losses.hidden(self.maps[index](layers[ours]), targets[theirs], counted)
                each.setdefault("hidden", []).append(term)
            if "relations" in self.weights:
                assert teacher.relation_heads is not None
                left = attention_vectors(self.student, layers, ours)
                right = attention_vectors(teacher.model, targets, theirs)
                if batch.words is not None:
                    left, right = _of_words(left, batch.words), _of_words(right, batch.teacher_words)
                term = losses.relations(left, right, teacher.relation_heads, related)
                each.setdefault("relations", []).append(term)
        return {name: torch.stack(terms).mean() for name, terms in each.items()}

    def _related(self, batch: Batch) -> Tensor:
        """What the relations term relates: all that is no padding or, with two tokenizers, the words both have."""
        return batch.ids != self.special.pad if batch.words is None else losses.word_exists(batch.words)

    def _layers(self, model: PreTrainedModel, ids: Tensor, special: SpecialIds) -> tuple[Tensor, ...]:
        """Hidden states of every layer where a term compares layers, otherwise the last alone."""
        if self.weights.keys() & LAYER_TERMS:
            return encode_layers(model, ids, special)
        return (encode(model, ids, special),)


def _of_words(kinds: tuple[Tensor, Tensor, Tensor], words: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of each word, the means of its pieces': word i of a block at position i."""
    assert words is not None
    query, key, value = (losses.pool_words(vectors, words)[0] for vectors in kinds)
    return query, key, value
