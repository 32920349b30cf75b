"""Several processes, each with a GPU or some cores, that make one training together.

They are started by torchrun, which tells each its place by environment variables; without it there is one.
The blocks of a step are divided among them. Each term of the loss is a mean over all that counts in the step
(see `Objective.counts`), so the gradients need only be added up, and the weights are those of one process,
up to the order of sums.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed
from torch import Tensor, nn

from tinypt.distillation.batches import Rows


def is_main_process() -> bool:
    """Whether this process is the one that writes files; there is exactly one among the workers."""
    return int(os.environ.get("RANK", "0")) == 0


@dataclass(frozen=True)
class Workers:
    """This process's place among `count`."""

    rank: int
    count: int

    def share(self, blocks: Rows) -> Rows:
        """This worker's part of the blocks of a step."""
        return blocks[len(blocks) * self.rank // self.count : len(blocks) * (self.rank + 1) // self.count]

    def add_up(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Sums over the workers of scalars on the device, under the same names."""
        if self.count == 1:
            return values
        summed = torch.stack([value.double() for value in values.values()])
        torch.distributed.all_reduce(summed)
        return dict(zip(values, summed, strict=True))

    def add_gradients(self, module: nn.Module) -> None:
        """Put the sum over the workers in the place of each gradient."""
        if self.count == 1:
            return
        gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        torch.distributed.all_reduce(flat)
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


@contextmanager
def join_workers(device: torch.device) -> Iterator[Workers]:
    """Meet the other processes that torchrun started, for as long as the context lasts."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Workers(0, 1)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Workers(torch.distributed.get_rank(), count)
    finally:
        torch.distributed.destroy_process_group()
