"""Several processes, each with a GPU or some cores, that share one training run.

torchrun starts them, or `start_workers` as torchrun does. Environment variables give each its rank.
The blocks of a step are divided among the workers. Each term of the loss is a mean over everything that counts in the
step (see `Objective.counts`), so gradients need only be summed. The weights equal those of one process up to rounding.
"""

import logging
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed
import xxhash
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from tinypt.runtime.errors import PipelineError
from tinypt.runtime.lock import HELD
from tinypt.training.batches import Rows

log = logging.getLogger(__name__)
PATIENCE = 30.0  # seconds until a new file must be seen on every node; network disks list a folder late


def is_main_process() -> bool:
    """Whether this process writes the files; exactly one of the workers does."""
    return int(os.environ.get("RANK", "0")) == 0


def start_workers(module: str, *arguments: str) -> bool:
    """Run a stage's module in one process a GPU, as torchrun does, if this machine has several.

    Returns:
        Whether they have run, and so done the stage's work. False with one GPU or none, and in a worker.

    Raises:
        PipelineError: a worker failed; it has said why.
        KeyboardInterrupt: this process was told to end, and has ended the workers.
    """
    gpus = torch.cuda.device_count()
    if gpus < 2 or "RANK" in os.environ:
        return False
    from torch.distributed import run  # only now: it takes as long as all other imports
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    os.environ[HELD] = "1"
    log.info("%s: one worker on each of %d GPUs", " ".join([module, *arguments]), gpus)
    try:
        run.main(["--standalone", "--nproc-per-node", str(gpus), "-m", module, *arguments])
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        raise PipelineError(
            f"worker {rank} of {gpus} ended with status {failure.exitcode}; its message is above"
        ) from None
    except SignalException:
        raise KeyboardInterrupt from None
    finally:
        del os.environ[HELD]
    return True


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

    def require_shared_folder(self, folder: Path, device: torch.device, label: str) -> None:
        """Check that all workers see the same folder: each node reads the checkpoint there, and one worker writes it.

        Raises:
            PipelineError: a worker does not see a file that the main process has made in the folder.
        """
        if self.count == 1:
            return
        number = torch.tensor(secrets.randbits(62), device=device)
        torch.distributed.broadcast(number, 0)
        file = folder / f"{int(number):x}.shared"
        if self.rank == 0:
            file.touch()
        end = time.monotonic() + PATIENCE
        while not (seen := file.exists()) and time.monotonic() < end:
            time.sleep(0.1)
        missing = [rank for rank, sees in enumerate(self._gather(int(seen), device)) if not sees]
        if self.rank == 0:
            file.unlink()
        if missing:
            raise PipelineError(
                f"{label}: worker {missing[0]} of {self.count} does not see {folder} as the main process does; "
                "several machines need the project at the same path on a shared disk"
            )

    def require_agreement(self, step: int, state: Any, device: torch.device, label: str) -> None:
        """Check that all workers start at the same step with the same bits.

        Args:
            step: this worker's.
            state: its tensors, in containers of any depth; whatever is no tensor is not compared.
            device: of the collective operations.
            label: begins error messages.

        Raises:
            PipelineError: steps or bits differ.
        """
        if self.count == 1:
            return
        found = xxhash.xxh3_64()
        for leaf in tree_leaves(state):
            if isinstance(leaf, Tensor):
                found.update(leaf.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        steps, bits = self._gather(step, device), self._gather(found.intdigest() >> 2, device)
        if len({*zip(steps, bits, strict=True)}) > 1:
            differ = f"steps {', '.join(map(str, steps))}" if len(set(steps)) > 1 else "different weights"
            raise PipelineError(
                f"{label}: the workers would start from {differ}; give all machines the same models, code and "
                "checkpoint, best by a shared disk"
            )

    def _gather(self, value: int, device: torch.device) -> list[int]:
        """The value of every worker, by rank."""
        values = [torch.zeros((), dtype=torch.int64, device=device) for _ in range(self.count)]
        torch.distributed.all_gather(values, torch.tensor(value, device=device))
        return [int(each) for each in values]


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
