"""MLM and KL of the same logits, and their joint gradient, computed in chunks of positions.

Written with autograd, the two terms take about twenty passes over the logits, a step's largest arrays, and keep seven
copies. Here each chunk is finished while it is in the caches. `tinypt.training.mlm` does the same for MLM alone.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from tinypt.distillation import losses
from tinypt.distillation.teacher import TeacherDistribution
from tinypt.training.mlm import chunks, compiler_fuses, mlm, mlm_chunk, position_shares, to_fp32


def mlm_and_kl(
    logits: Tensor,
    targets: Tensor,
    mlm_weight: Tensor | None,
    kl_weight: Tensor,
    temperature: float,
    teacher: TeacherDistribution,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Weighted sum of MLM and KL, and the terms by name, mlm and kl.

    Only the sum has a gradient. On a CPU it is computed in chunks. On a GPU torch.compile fuses the plain losses
    better; on a CPU its single loop over whole arrays is slower than chunks.

    Args:
        logits: the student's, [positions, vocabulary].
        targets: int64 [positions]; positions marked -100 do not count.
        mlm_weight: scalar on the device; None leaves MLM out.
        kl_weight: scalar on the device.
        temperature: T of KL.
        teacher: its logits over the same vocabulary, or samples of its distribution at T.

    Raises:
        ValueError: the two vocabularies differ in size.
    """
    if compiler_fuses(logits.device):
        return _plain(logits, targets, mlm_weight, kl_weight, temperature, teacher)
    if isinstance(teacher, Tensor) and teacher.shape != logits.shape:
        raise ValueError(f"KL needs one vocabulary: student {tuple(logits.shape)}, teacher {tuple(teacher.shape)}")
    ids_or_logits, log_probability = (teacher, None) if isinstance(teacher, Tensor) else teacher
    loss, mlm_value, kl_value = _apply(
        logits, targets, mlm_weight, kl_weight, temperature, ids_or_logits, log_probability
    )
    return loss, {"kl": kl_value} if mlm_weight is None else {"mlm": mlm_value, "kl": kl_value}


def _plain(
    logits: Tensor,
    targets: Tensor,
    mlm_weight: Tensor | None,
    kl_weight: Tensor,
    temperature: float,
    teacher: TeacherDistribution,
) -> tuple[Tensor, dict[str, Tensor]]:
    terms, parts, logits = {}, [], to_fp32(logits)
    if mlm_weight is not None:
        terms["mlm"] = mlm(logits, targets)
        parts.append(mlm_weight * terms["mlm"])
    if isinstance(teacher, Tensor):
        terms["kl"] = losses.kl(logits, teacher, temperature, targets)
    else:
        terms["kl"] = losses.sampled_kl(logits, teacher, temperature, targets)
    parts.append(kl_weight * terms["kl"])
    return torch.stack(parts).sum(), terms


@torch.compiler.disable  # type: ignore[untyped-decorator]
def _apply(*arguments: Any) -> Any:
    return _MlmAndKl.apply(*arguments)  # type: ignore[no-untyped-call]


class _MlmAndKl(torch.autograd.Function):
    """The gradient with respect to the logits is computed in the forward pass, where the exponentials are at hand.

    With n counted positions, softmax q of the logits and q' of the logits over T, it is at each of them

        mlm_weight / n · (q - 1 at the target)  +  kl_weight / n · T · (q' - p')

    Here p' is the teacher's softened distribution or, sampled, the count of each piece over the number of samples.
    """

    @staticmethod
    def forward(
        ctx: Any,
        logits: Tensor,
        targets: Tensor,
        mlm_weight: Tensor | None,
        kl_weight: Tensor,
        temperature: float,
        teacher: Tensor,
        log_probability: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The weighted sum, mlm and kl; mlm is 0 without a weight.

        `teacher` are logits or, if `log_probability` is given, the ids of samples.
        """
        every_share = position_shares(logits, targets)
        gradient = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        mlm_value, kl_value = every_share.new_zeros(()), every_share.new_zeros(())
        for part in chunks(logits):
            shares, given, made = every_share[part], to_fp32(logits[part]), None
            softened = (given - given.amax(dim=-1, keepdim=True)).div_(temperature)
            powers = softened.exp()
            if mlm_weight is not None:
                target = targets[part].clamp(min=0).unsqueeze(-1)
                hard = powers.pow(temperature)  # exp(x / T) ** T = exp(x); at T = 2 a square saves a second exp
                at_target = temperature * softened.gather(1, target)
                found, made = mlm_chunk(at_target, hard, target, shares, mlm_weight, gradient is not None)
                mlm_value += found
            total = powers.sum(dim=-1, keepdim=True)
            if log_probability is None:
                teacher_log = (to_fp32(teacher[part]) / temperature).log_softmax(dim=-1)
                probabilities = teacher_log.exp()
                divergence = teacher_log.sub_(softened.sub_(total.log())).mul_(probabilities).sum(dim=-1, keepdim=True)
            else:
                student_log = softened.gather(1, teacher[part]).mean(dim=-1, keepdim=True) - total.log()
                divergence = to_fp32(log_probability[part]).unsqueeze(-1) - student_log
            kl_value += temperature**2 * (shares * divergence).sum()
            if gradient is None:
                continue
            scale = kl_weight * temperature * shares
            made = powers.mul_(scale / total) if made is None else made.addcmul_(powers, scale / total)
            if log_probability is None:
                made.addcmul_(probabilities, scale, value=-1)
            else:
                samples = teacher.shape[1]
                made.scatter_add_(1, teacher[part], (-scale / samples).expand(-1, samples))
            gradient[part] = made
        loss = kl_weight * kl_value if mlm_weight is None else mlm_weight * mlm_value + kl_weight * kl_value
        ctx.save_for_backward(gradient)
        ctx.mark_non_differentiable(mlm_value, kl_value)
        return loss, mlm_value, kl_value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_loss: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits alone."""
        (gradient,) = ctx.saved_tensors
        return gradient * by_loss.to(gradient.dtype), *(None,) * 6
