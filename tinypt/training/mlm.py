"""The masked-language-model loss, and a memory-saving version with its gradient computed in chunks of positions.

Logits are the largest arrays of a step by far. Autograd would keep several copies of them and pass over them many
times; here each chunk is finished while it is in the caches.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK = {"cpu": 2**19, "cuda": 2**25}  # logits in a chunk: few enough for a CPU's caches, enough to keep a GPU busy


def to_fp32(tensor: Tensor) -> Tensor:
    """Raise half precision to fp32; leave other tensors unchanged."""
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor


def mlm(logits: Tensor, targets: Tensor) -> Tensor:
    """Masked-language-model loss: mean cross-entropy over the masked positions, nats (Devlin et al. 2019).

    Args:
        logits: [positions, vocabulary].
        targets: int64 [positions]; positions marked -100 do not count.
    """
    return F.cross_entropy(to_fp32(logits), targets, ignore_index=-100)


def mlm_loss(logits: Tensor, targets: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """`mlm` times `weight`, a scalar on the device, which has a gradient; and `mlm`, for the record.

    On a CPU the gradient is computed in chunks. On a GPU torch.compile fuses the plain function better.
    """
    if compiler_fuses(logits.device):
        value = mlm(logits, targets)
        return weight * value, value
    result: tuple[Tensor, Tensor] = _apply(logits, targets, weight)
    return result


def compiler_fuses(device: torch.device) -> bool:
    """Whether torch.compile is at work on a device where it beats the chunks: any but a CPU."""
    return torch.compiler.is_compiling() and device.type != "cpu"


def position_shares(logits: Tensor, targets: Tensor) -> Tensor:
    """Each position's share of a mean over those that count: [positions, 1], fp32, or fp64 for logits in fp64."""
    counted = to_fp32(logits.new_empty(0)).new_ones(len(targets)).masked_fill(targets == -100, 0.0)
    return (counted / counted.sum().clamp(min=1)).unsqueeze(-1)


def chunks(logits: Tensor) -> Iterator[slice]:
    """Slices of the positions, CHUNK logits in each."""
    rows = max(1, CHUNK.get(logits.device.type, CHUNK["cuda"]) // logits.shape[1])
    return (slice(start, start + rows) for start in range(0, len(logits), rows))


def mlm_chunk(
    at_target: Tensor, powers: Tensor, target: Tensor, shares: Tensor, weight: Tensor, wants_gradient: bool
) -> tuple[Tensor, Tensor | None]:
    """A chunk's part of `mlm`, and the gradient of `weight` times it, which overwrites `powers`.

    At each position the gradient is weight · share · (q - 1 at the target), with q the softmax of the logits.

    Args:
        at_target: each position's logit of its target, minus its largest logit, [positions, 1].
        powers: exponentials of the logits minus their maximum, [positions, vocabulary].
        target: int64 [positions, 1]; any id where the position does not count.
        shares: from `position_shares`, of this chunk.
        weight: scalar.
        wants_gradient: False saves the work and returns None.
    """
    total = powers.sum(dim=-1, keepdim=True)
    value = (shares * (total.log() - at_target)).sum()
    if not wants_gradient:
        return value, None
    return value, powers.mul_(weight * shares / total).scatter_add_(1, target, -weight * shares)


@torch.compiler.disable  # type: ignore[untyped-decorator]
def _apply(*arguments: Any) -> Any:
    return _MlmLoss.apply(*arguments)  # type: ignore[no-untyped-call]


class _MlmLoss(torch.autograd.Function):
    """The gradient with respect to the logits is computed in the forward pass, where the exponentials are at hand."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Weighted and plain value."""
        shares = position_shares(logits, targets)
        gradient = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        value = shares.new_zeros(())
        for part in chunks(logits):
            given = to_fp32(logits[part])
            shifted = given - given.amax(dim=-1, keepdim=True)
            target = targets[part].clamp(min=0).unsqueeze(-1)
            found, made = mlm_chunk(
                shifted.gather(1, target), shifted.exp(), target, shares[part], weight, gradient is not None
            )
            value += found
            if gradient is not None and made is not None:
                gradient[part] = made
        ctx.save_for_backward(gradient)
        ctx.mark_non_differentiable(value)
        return weight * value, value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_loss: Tensor, _: Any) -> tuple[Tensor, None, None]:
        """The gradient with respect to the logits alone."""
        (gradient,) = ctx.saved_tensors
        return gradient * by_loss.to(gradient.dtype), None, None
