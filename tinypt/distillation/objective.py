"""The distillation objective: a student's loss terms, computed from one batch of blocks."""

import dataclasses
from collections.abc import Mapping

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tinypt.distillation.fused import mlm_and_kl
from tinypt.distillation.sentences import SentenceTerms
from tinypt.distillation.teacher import States, TeacherOutputs
from tinypt.distillation.terms import Cosine, Layers
from tinypt.modeling.forward import encode, encode_layers, score
from tinypt.params.students import SENTENCE_TERMS
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import Masked, SpecialIds
from tinypt.training.batches import Batch, Rows, take
from tinypt.training.mlm import mlm_loss
from tinypt.training.objective import Objective


class DistillationObjective(Objective):
    """A weighted sum of mlm and of terms that compare the student, `model`, with a teacher or a sentence encoder.

    Vocabulary heads run at masked positions only; only kl_all needs the logits of the others. It counts every position
    but padding, as DistilBERT does.
    """

    def __init__(
        self,
        student: PreTrainedModel,
        special: SpecialIds,
        weights: Mapping[str, float],
        teacher: TeacherOutputs | None,
        temperature: float = 1.0,
        cosine: Cosine | None = None,
        layers: Layers | None = None,
        sentences: SentenceTerms | None = None,
    ) -> None:
        """Keep the models and the training-only modules.

        Args:
            student: the model to train.
            special: the special ids of its tokenizer.
            weights: by term, see `tinypt.params.students.TERMS`. Terms without a weight are not computed.
            teacher: live or cached; None if there are no weights but those of mlm, sentence and similarity.
            temperature: T of kl and kl_all.
            cosine: required for the term cosine.
            layers: required for hidden and relations.
            sentences: required for sentence and similarity.
        """
        super().__init__(student, special)
        self.weights, self.teacher, self.temperature = dict(weights), teacher, temperature
        self.cosine, self.layers, self.sentences = cosine, layers, sentences

    def prepare(self, device: torch.device, dtype: torch.dtype) -> None:
        """Move the models to the device; the teacher's weights get `dtype`."""
        super().prepare(device, dtype)
        if self.teacher is not None:
            self.teacher.to(device, dtype)
        if self.layers is not None:
            self.layers.install_hooks(self.model)

    def read(self, blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
        """Read a batch with everything the teacher's outputs need, and its sentences."""
        batch = (take if self.teacher is None else self.teacher.read)(blocks, rows, epochs, device)
        if self.sentences is None:
            return batch
        return dataclasses.replace(batch, extra={**batch.extra, **self.sentences.read(rows, epochs, device)})

    def counts(self, batch: Batch, masked: Masked) -> dict[str, Tensor]:
        """Number of positions, words, blocks, sentences or pairs of sentences that each term averages over."""
        scored, attended = (masked.targets != -100).sum(), batch.ids != self.special.pad
        counts = {"mlm": scored, "kl": scored, "kl_all": attended.sum()}
        if self.cosine is not None:
            counts["cosine"] = self.cosine.counted(batch).sum()
        if self.layers is not None:
            counts |= {name: counted.sum() for name, counted in self.layers.counted(batch).items()}
        if self.sentences is not None:
            counts |= self.sentences.counts(batch)
        return {name: counts[name] for name in self.weights}

    def forward(self, batch: Batch, masked: Masked, shares: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """The terms of `weights`, and the `loss`."""
        one = torch.ones((), device=batch.ids.device)
        factors = {name: one if shares is None else shares[name] for name in self.weights}
        weights = {name: self.weights[name] * factor for name, factor in factors.items()}
        terms = {} if self.sentences is None else self.sentences(batch, self.model)
        parts = [weights[name] * term for name, term in terms.items()]
        if self.weights.keys() - SENTENCE_TERMS:
            part, found = self._block_terms(batch, masked, weights)
            parts, terms = [*parts, part], terms | found
        return {"loss": torch.stack(parts).sum(), **{name: terms[name] * factors[name] for name in self.weights}}

    def _block_terms(
        self, batch: Batch, masked: Masked, weights: Mapping[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Weighted sum and values of the terms that read the blocks."""
        states = self._student_states(masked.inputs, batch.padded)
        teacher_states: States = ()
        if self.teacher is not None:
            teacher_states = self.teacher.states(batch, masked.inputs, self.layers is not None)
        terms = self._state_terms(batch, states, teacher_states)
        parts = [weights[name] * term for name, term in terms.items()]
        if "mlm" in weights or "kl" in weights:
            part, found = self._masked_terms(batch, masked, states, teacher_states, weights)
            parts, terms = [*parts, part], terms | found
        if "kl_all" in weights:
            assert self.teacher is not None
            every = torch.arange(batch.ids.numel(), device=batch.ids.device)
            attended = batch.ids.masked_fill(batch.ids == self.special.pad, -100).flatten()
            distribution = self.teacher.distribution(batch, teacher_states, every)
            logits = score(self.model, states[-1], every)
            part, found = mlm_and_kl(logits, attended, None, weights["kl_all"], self.temperature, distribution)
            parts, terms = [*parts, part], terms | {"kl_all": found["kl"]}
        return torch.stack(parts).sum(), terms

    def _student_states(self, inputs: Tensor, padded: bool) -> States:
        """Hidden states of every layer if a term compares layers, otherwise the last alone."""
        if self.layers is not None:
            return encode_layers(self.model, inputs, self.special, padded)
        return (encode(self.model, inputs, self.special, padded),)

    def _state_terms(self, batch: Batch, states: States, teacher_states: States) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = {}
        if self.cosine is not None:
            assert self.teacher is not None
            vectors = self.teacher.vectors(batch, teacher_states, self.cosine.alignment)
            terms["cosine"] = self.cosine(batch, states[-1], vectors)
        if self.layers is not None:
            terms |= self.layers(batch, self.model, states, teacher_states)
        return terms

    def _masked_terms(
        self, batch: Batch, masked: Masked, states: States, teacher_states: States, weights: Mapping[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Weighted sum and values of mlm and kl, whichever have weights."""
        if "kl" not in weights:
            logits = score(self.model, states[-1], masked.positions)
            loss, value = mlm_loss(logits, masked.targets, weights["mlm"])
            return loss, {"mlm": value}
        assert self.teacher is not None
        distribution = self.teacher.distribution(batch, teacher_states, masked.positions)
        logits = score(self.model, states[-1], masked.positions)
        return mlm_and_kl(logits, masked.targets, weights.get("mlm"), weights["kl"], self.temperature, distribution)
