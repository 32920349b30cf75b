"""The terms of the vocabulary's logits, MLM and KL, and their gradient together, in as few passes as they take.

Logits are a step's largest arrays by far: written with autograd, the two terms of `losses` make some twenty passes
over them and keep seven copies. Here each chunk of positions is finished while it is in the caches.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from tinypt.distillation import losses
from tinypt.distillation.losses import wide

CHUNK = {"cpu": 2**19, "cuda": 2**25}  # logits at once: on a CPU what its caches hold, on a GPU what keeps it busy
TeacherOutputs = Tensor | tuple[Tensor, Tensor] | None


def vocabulary_loss(
    logits: Tensor,
    targets: Tensor,
    weights: Mapping[str, Tensor],
    temperature: float | None = None,
    said: TeacherOutputs = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Weighted sum of `losses.mlm` and `losses.kl` or `losses.sampled_kl`, and the terms' values by name.

    The sum alone has a gradient. On a GPU torch.compile fuses these functions itself, so they are what it is given;
    on a CPU the compiler's one loop over whole arrays is slower than chunks and is left out.

    Args:
        logits: the student's, [positions, vocabulary].
        targets: int64 [positions]; positions marked -100 do not count.
        weights: of the terms that are wanted, mlm and kl, scalars on the device.
        temperature: of kl.
        said: for kl, the teacher's logits, or samples and their log_probability as of `losses.sampled_kl`.

    Raises:
        ValueError: the two vocabularies differ in size.
    """
    if fuses(logits.device):
        terms = _plain(logits, targets, weights, temperature, said)
        return torch.stack([weights[name] * term for name, term in terms.items()]).sum(), terms
    if isinstance(said, Tensor) and said.shape != logits.shape:
        raise ValueError(f"KL needs one vocabulary: student {tuple(logits.shape)}, teacher {tuple(said.shape)}")
    teacher, (samples, log_probability) = (said, (None, None)) if not isinstance(said, tuple) else (None, said)
    loss, *values = _apply(
        logits, targets, weights.get("mlm"), weights.get("kl"), temperature, teacher, samples, log_probability
    )
    return loss, {name: value for name, value in zip(("mlm", "kl"), values, strict=True) if name in weights}


def fuses(device: torch.device) -> bool:
    """Whether a compiler is at work that does better with the plain terms."""
    return torch.compiler.is_compiling() and device.type != "cpu"


def _plain(
    logits: Tensor, targets: Tensor, weights: Mapping[str, Tensor], temperature: float | None, said: TeacherOutputs
) -> dict[str, Tensor]:
    terms, logits = {}, wide(logits)
    if "mlm" in weights:
        terms["mlm"] = losses.mlm(logits, targets)
    if "kl" in weights:
        assert temperature is not None
        assert said is not None
        if isinstance(said, Tensor):
            terms["kl"] = losses.kl(logits, said, temperature, targets)
        else:
            terms["kl"] = losses.sampled_kl(logits, *said, temperature, targets)
    return terms


@torch.compiler.disable  # type: ignore[untyped-decorator]
def _apply(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    made: tuple[Tensor, Tensor, Tensor] = _VocabularyLoss.apply(*arguments)  # type: ignore[no-untyped-call]
    return made


class _VocabularyLoss(torch.autograd.Function):
    """The gradient by the logits is made in the forward pass, where the exponentials are at hand.

    With n positions that count, softmax q of the logits and q' of the logits over T, it is at each of them

        mlm_weight / n · (q - 1 at the target)  +  kl_weight / n · T · (q' - p')

    where p' is the teacher's softened distribution or, sampled, a count of its samples over their number.
    """

    @staticmethod
    def forward(
        ctx: Any,
        logits: Tensor,
        targets: Tensor,
        mlm_weight: Tensor | None,
        kl_weight: Tensor | None,
        temperature: float | None,
        teacher: Tensor | None,
        samples: Tensor | None,
        log_probability: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The weighted sum, mlm and kl; a term without a weight is 0."""
        counted = wide(logits.new_empty(0)).new_ones(len(targets)).masked_fill(targets == -100, 0.0)
        shares = (counted / counted.sum().clamp(min=1)).unsqueeze(-1)
        gradient = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        mlm, kl = shares.new_zeros(()), shares.new_zeros(())
        rows = max(1, CHUNK.get(logits.device.type, CHUNK["cuda"]) // logits.shape[1])
        heat = 1.0 if temperature is None else temperature
        for start in range(0, len(logits), rows):
            part = slice(start, start + rows)
            share, given, made = shares[part], wide(logits[part]), None
            softened = (given - given.amax(dim=-1, keepdim=True)).div_(heat)
            powers = softened.exp()
            if mlm_weight is not None:
                target = targets[part].clamp(min=0).unsqueeze(-1)
                hard = powers.pow(heat)  # exp(x / T) ** T = exp(x); at T = 2 a square, and a second exp saved
                total = hard.sum(dim=-1, keepdim=True)
                mlm += (share * (total.log() - heat * softened.gather(1, target))).sum()
                if gradient is not None:
                    made = hard.mul_(mlm_weight * share / total).scatter_add_(1, target, -mlm_weight * share)
            if kl_weight is not None:
                total = powers.sum(dim=-1, keepdim=True)
                if teacher is not None:
                    theirs = (wide(teacher[part]) / heat).log_softmax(dim=-1)
                    probabilities = theirs.exp()
                    apart = theirs.sub_(softened.sub_(total.log())).mul_(probabilities).sum(dim=-1, keepdim=True)
                else:
                    assert samples is not None
                    assert log_probability is not None
                    drawn = softened.gather(1, samples[part]).mean(dim=-1, keepdim=True) - total.log()
                    apart = wide(log_probability[part]).unsqueeze(-1) - drawn
                kl += heat**2 * (share * apart).sum()
                if gradient is not None:
                    scale = kl_weight * heat * share
                    made = powers.mul_(scale / total) if made is None else made.addcmul_(powers, scale / total)
                    if teacher is not None:
                        made.addcmul_(probabilities, scale, value=-1)
                    else:
                        assert samples is not None
                        each = (-scale / samples.shape[1]).expand(-1, samples.shape[1])
                        made.scatter_add_(1, samples[part], each)
            if gradient is not None and made is not None:
                gradient[part] = made
        loss = shares.new_zeros(())
        for weight, term in ((mlm_weight, mlm), (kl_weight, kl)):
            loss = loss if weight is None else loss + weight * term
        ctx.save_for_backward(gradient)
        ctx.mark_non_differentiable(mlm, kl)
        return loss, mlm, kl

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_loss: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        """The gradient by the logits alone."""
        (gradient,) = ctx.saved_tensors
        return gradient * by_loss.to(gradient.dtype), *(None,) * 7
