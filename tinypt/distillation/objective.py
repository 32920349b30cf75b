"""What a step computes: the terms of a set's loss, from one batch of blocks."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from tinypt.distillation import losses
from tinypt.distillation.batches import Batch
from tinypt.modeling.forward import encode, score
from tinypt.tokens.masking import Masked, SpecialIds, mask_tokens


class Teacher:
    """A frozen teacher with the map from the student's hidden states to its own.

    With one tokenizer it reads the same masked blocks as the student; with two it reads the student's
    text unmasked in its own pieces.
    """

    def __init__(
        self, model: PreTrainedModel, special: SpecialIds, temperature: float | None, alignment: str | None
    ) -> None:
        """`temperature` belongs to the KL term, `alignment` (token, word or sentence) to the cosine term."""
        self.model = model.eval().requires_grad_(False)
        self.special, self.temperature, self.alignment = special, temperature, alignment


class Objective(nn.Module):
    """The loss terms of one parameter set; with the MLM term alone, plain pre-training.

    Vocabulary heads run at masked positions only: for a model this small the head costs eight times the
    encoder, and nothing but masked positions is scored.
    """

    def __init__(
        self,
        student: PreTrainedModel,
        special: SpecialIds,
        weights: Mapping[str, float],
        mask_probability: float,
        teacher: Teacher | None = None,
        projection: nn.Linear | None = None,
    ) -> None:
        """`weights` names the terms to compute; `teacher` and `projection` are needed for more than mlm."""
        super().__init__()
        self.student, self.projection = student, projection
        self.special, self.weights, self.mask_probability = special, dict(weights), mask_probability
        self.teacher = teacher

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        """Terms of the loss by name, unweighted, and their weighted sum as `loss`; scalars in fp32."""
        masked = mask_tokens(batch.ids, self.special, self.mask_probability, generator)
        states = encode(self.student, masked.inputs, self.special)
        terms: dict[str, Tensor] = {}
        logits = score(self.student, states, masked.positions)
        if "mlm" in self.weights:
            terms["mlm"] = losses.mlm(logits, masked.targets)
        if self.teacher is not None and self.weights.keys() & {"kl", "cosine"}:
            terms |= self._distillation_terms(self.teacher, batch, masked, states, logits)
        total = torch.stack([self.weights[name] * terms[name] for name in terms]).sum()
        return {"loss": total, **terms}

    def _distillation_terms(
        self, teacher: Teacher, batch: Batch, masked: Masked, states: Tensor, logits: Tensor
    ) -> dict[str, Tensor]:
        terms = {}
        seen = masked.inputs if batch.teacher_ids is None else batch.teacher_ids
        with torch.no_grad():
            target = encode(teacher.model, seen, teacher.special)
            if "kl" in self.weights:
                target_logits = score(teacher.model, target, masked.positions)
        if "kl" in self.weights:
            assert teacher.temperature is not None
            terms["kl"] = losses.kl(logits, target_logits, teacher.temperature, masked.targets)
        if "cosine" in self.weights:
            assert self.projection is not None
            ours, theirs, counted = self._aligned(teacher, batch, states, target, seen)
            terms["cosine"] = losses.cosine(self.projection(ours), theirs, counted)
        return terms

    def _aligned(
        self, teacher: Teacher, batch: Batch, states: Tensor, target: Tensor, seen: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Student's and teacher's vectors of the same tokens, words or texts, and which of them count."""
        if teacher.alignment == "token":
            return states, target, ~self.special.is_special(batch.ids)
        if teacher.alignment == "word":
            assert batch.words is not None
            assert batch.teacher_words is not None
            ours, exist = losses.pool_words(states, batch.words)
            theirs, _ = losses.pool_words(target, batch.teacher_words)
            return ours, theirs[:, : ours.shape[1]], exist
        ours = losses.pool_text(states, ~self.special.is_special(batch.ids))
        theirs = losses.pool_text(target, ~teacher.special.is_special(seen))
        return ours, theirs, torch.ones(len(ours), dtype=torch.bool, device=ours.device)
