"""Losses and gradients of one task model, or of several at once."""

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from tinypt.evaluation.finetuning.data import FinetuneData, finetune_losses
from tinypt.evaluation.finetuning.folds import Rows
from tinypt.evaluation.finetuning.model import TaskModel
from tinypt.evaluation.model import pad


class Single:
    """One model."""

    def __init__(self, finetune_data: FinetuneData, model: TaskModel) -> None:
        """Train `model` on `finetune_data`."""
        self.data, self.model = finetune_data, model

    def backward(self, rows: list[Rows | None]) -> Tensor:
        """Add the gradient of the batch, and return its mean loss, [1]."""
        evaluated = self.data.evaluated
        [batch] = rows
        assert batch is not None
        with _autocast(self.data):
            outputs = self.model(*pad(self.data.train, batch, evaluated)).float()
        loss = finetune_losses(self.data, outputs, torch.from_numpy(batch).to(evaluated.device)).mean()
        torch.autograd.backward(loss)
        return loss.detach()[None]


class Stack:
    """Models of one shape, with equal dropout, whose forward and backward passes are one: as many kernels as one needs.

    Their weights become parts of stacked ones, which torch.vmap maps the forward pass over (as in PyTorch's "Model
    ensembling"). Attention runs as matrix products, so that all devices run the same operations.
    """

    def __init__(self, finetune_data: FinetuneData, models: list[TaskModel]) -> None:
        """Train `models` on `finetune_data`; their weights move."""
        self.data, self.models = finetune_data, models
        own = [dict(model.named_parameters()) for model in models]
        self.weights = {name: torch.stack([each[name].detach() for each in own]).requires_grad_() for name in own[0]}
        for index, each in enumerate(own):
            for name, weight in each.items():
                weight.data = self.weights[name].data[index]  # an optimizer's step changes the stacked weights
        self.buffers = dict(models[0].named_buffers())

    def backward(self, rows: list[Rows | None]) -> Tensor:
        """Set the gradients of each model's batch, and return the mean losses, [models]; 0 without a batch."""
        data, device = self.data, self.data.evaluated.device
        size = max(len(batch) for batch in rows if batch is not None)
        sizes = torch.tensor([0 if batch is None else len(batch) for batch in rows]).to(device)
        filled = np.concatenate([np.resize(0 if batch is None else batch, size) for batch in rows])
        ids, types = (each.view(len(rows), size, -1) for each in pad(data.train, filled, data.evaluated))
        with _autocast(data), sdpa_kernel(SDPBackend.MATH):
            outputs = torch.vmap(self._forward, randomness="different")(self.weights, ids, types).float()
        losses = finetune_losses(data, outputs.flatten(0, 1), torch.from_numpy(filled).to(device)).view(len(rows), size)
        counted = torch.arange(size, device=device) < sizes[:, None]
        means = (losses * counted).sum(dim=1) / sizes.clamp(min=1)
        gradients = torch.autograd.grad(means.sum(), list(self.weights.values()))
        laid_out = [gradient.contiguous() for gradient in gradients]  # the fused AdamW takes any other for contiguous
        for index, model in enumerate(self.models):
            for weight, gradient in zip(model.parameters(), laid_out, strict=True):
                weight.grad = gradient[index]
        return means.detach()

    def _forward(self, weights: dict[str, Tensor], ids: Tensor, types: Tensor) -> Tensor:
        outputs: Tensor = functional_call(self.models[0], (weights, self.buffers), (ids, types), {"mapped": True})
        return outputs


def _autocast(data: FinetuneData) -> torch.autocast:
    device = data.evaluated.device.type
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda")
