"""Checkpoints: the full state of a training run, so that it resumes after a kill and ends with the same weights."""

from pathlib import Path
from typing import Any

import torch

from tinypt.files import atomic_path


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write the state of a training run (tensors, numbers, strings and containers of them) atomically."""
    with atomic_path(path) as temporary:
        torch.save(state, temporary)


def load_checkpoint(path: Path, device: torch.device) -> dict[str, Any] | None:
    """Read a checkpoint onto `device`; None if there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state
