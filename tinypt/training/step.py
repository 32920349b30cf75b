"""One optimizer step, up to the gradients."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tinypt.params.training import Training
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import Masked, masked_positions
from tinypt.training.batches import Batch, Order
from tinypt.training.objective import Objective
from tinypt.training.workers import Workers


class Step:
    """Computes the gradients of a step from its blocks, or from this worker's share of them.

    Nothing here waits for a GPU. The exception are blocks with padding, and stored sentences, without options.compile:
    transformers then looks whether an attention mask hides anything.
    """

    def __init__(
        self, objective: Objective, blocks: Blocks, options: Training, seed: int, device: torch.device, workers: Workers
    ) -> None:
        """The arguments are those of `train`; the objective's models are on `device`."""
        self.objective, self.blocks, self.options, self.seed = objective, blocks, options, seed
        self.device, self.workers = device, workers
        self._order = Order(len(blocks) - options.validation_blocks, seed)
        self.masks: Callable[[Batch, int], tuple[Masked, dict[str, Tensor]]] = self._mask
        self._forward: Callable[..., dict[str, Tensor]] = objective
        if options.compile:
            self.masks, self._forward = torch.compile(self._mask), torch.compile(objective)

    def batches(self, step: int) -> list[Batch]:
        """This worker's blocks of a step, at most batch_size of them in each batch."""
        size = step_blocks(self.options)
        shown = self._order.rows(np.arange(step * size, (step + 1) * size))  # an epoch may end within a step
        rows, epochs = (self.workers.share(each) for each in shown)
        parts = [
            slice(start, start + self.options.batch_size) for start in range(0, len(rows), self.options.batch_size)
        ]
        return [self.objective.read(self.blocks, rows[part], epochs[part], self.device) for part in parts]

    def _mask(self, batch: Batch, chosen: int) -> tuple[Masked, dict[str, Tensor]]:
        """Mask `chosen` positions of each block, and count what the terms average over (see `Objective.counts`)."""
        masked = batch.mask_number(self.objective.special, chosen, self.seed, self.objective.continuations)
        return masked, self.objective.counts(batch, masked)

    def backward(self, batches: list[Batch], done: float) -> dict[str, Tensor]:
        """Set the gradients of the whole step on the objective's parameters.

        Args:
            batches: this worker's.
            done: share of the steps that are done, 0 to 1.

        Returns:
            This worker's part of each term and of their weighted sum, `loss`. The workers' parts add up to the mean
            over everything that counts in the step, as if the step were one batch.
        """
        chosen = masked_positions(mask_share(self.options, done), self.blocks.length)
        masked = [self.masks(batch, chosen) for batch in batches]
        counts = [count for _, count in masked]
        totals = self.workers.add_up({name: torch.stack([each[name] for each in counts]).sum() for name in counts[0]})
        terms: dict[str, Tensor] = {}
        for batch, (inputs, count) in zip(batches, masked, strict=True):
            shares = {name: (count[name] / total.clamp(min=1)).float() for name, total in totals.items()}
            with autocast(self.options, self.device):
                found = self._forward(batch, inputs, shares)
            torch.autograd.backward(found["loss"])
            for name, value in found.items():
                terms[name] = terms.get(name, 0.0) + value.detach()
        self.workers.add_gradients(self.objective)
        return terms


def step_blocks(options: Training) -> int:
    """Blocks per optimizer step, over all workers."""
    return options.batch_size * options.accumulation


def mask_share(options: Training, done: float) -> float:
    """Share of positions to mask. `done` is the share of the steps that are done, 0 to 1."""
    start, end = options.mask_probability
    return start + (end - start) * done


def autocast(options: Training, device: torch.device) -> torch.autocast:
    """The context in which models run at the precision of the options."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=options.precision == "bf16")
