"""The optimizer of pre-training and distillation, and its learning-rate schedule."""

import torch
from torch import nn

from tinypt.params.training import Training


def make_optimizer(module: nn.Module, options: Training) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019), fused, without weight decay on biases and layer norms."""
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    groups = [
        {"params": [parameter for parameter in trained if parameter.ndim >= 2], "weight_decay": options.weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


def update(module: nn.Module, optimizer: torch.optim.Optimizer, rate: float, clip: float) -> None:
    """Clip the gradients of `module` to a norm of `clip`, step at the learning rate `rate`, and drop the gradients."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    torch.nn.utils.clip_grad_norm_(module.parameters(), clip)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def learning_rate(step: int, steps: int, options: Training) -> float:
    """Linear warm-up over the first `warmup` share of the steps, then linear decay to 0 at the end."""
    warm = options.warmup * steps
    if step < warm:
        return options.learning_rate * (step + 1) / (warm + 1)
    return options.learning_rate * (steps - step) / max(steps - warm, 1)
