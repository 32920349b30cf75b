"""Several processes, each with a GPU or some cores, that share one training run.

torchrun starts them and sets each one's rank in environment variables; without torchrun there is one process.
The blocks of a step are divided among the workers. Each term of the loss is a mean over everything that counts in the
step (see `Objective.counts`), so gradients need only be summed. The weights equal those of one process up to rounding.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed
from torch import Tensor, nn

from tinypt.training.batches import Rows


def is_main_process() -> bool:
    """Whether this process writes the files; exactly one of the workers does."""
    return int(os.environ.get("RANK", "0")) == 0


@dataclass(frozen=True)
class Workers:
    """This process's rank among `count` workers."""

    rank: int
    count: int

    def share(self, blocks: Rows) -> Rows:
        """This worker's part of the blocks of a step."""
        return blocks[len(blocks) * self.rank // self.count : len(blocks) * (self.rank + 1) // self.count]

    def add_up(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Sum scalars on the device over the workers, under the same names."""
        if self.count == 1:
            return values
        summed = torch.stack([value.double() for value in values.values()])
        torch.distributed.all_reduce(summed)
        return dict(zip(values, summed, strict=True))

    def add_gradients(self, module: nn.Module) -> None:
        """Replace each gradient by its sum over the workers."""
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
    """Join the processes that torchrun started, until the context ends."""
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
