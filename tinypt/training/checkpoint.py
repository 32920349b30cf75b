"""Checkpoints: the full state of a training run, so that it resumes after a kill and ends with the same weights."""

import logging
import zipfile
from pathlib import Path
from typing import Any

import torch

from tinypt.files import atomic_path
from tinypt.runtime.errors import environment_fault, first_line

log = logging.getLogger(__name__)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write the state of a training run (tensors, numbers, strings and containers of them) atomically.

    The name of the folder, which depends on every input of the run, is written with it.
    """
    with atomic_path(path) as temporary:
        torch.save({"run": path.parent.name, "state": state}, temporary)


def load_checkpoint(path: Path, device: torch.device) -> dict[str, Any] | None:
    """Read a checkpoint onto `device`; None if there is none, or one that is damaged or of another run.

    The log names a checkpoint that is not used.

    A checkpoint is a zip archive with a CRC-32 of each part; PyTorch does not compare them.
    """
    if not path.exists():
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is None:
            content = torch.load(path, map_location=device, weights_only=True)
            if isinstance(content, dict) and content.get("run") == path.parent.name:
                state: dict[str, Any] = content["state"]
                return state
            damaged = "of another run"
    except (torch.OutOfMemoryError, MemoryError):
        raise
    except Exception as error:  # the libraries raise many kinds
        if environment_fault(error):
            raise
        damaged = first_line(error)
    log.warning("%s: checkpoint not used (%s); the training starts from the beginning", path, damaged)
    return None
