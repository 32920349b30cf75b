"""Faults of torch.compile's tools: a machine without a C++ compiler or Python's headers."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from tinypt.runtime.errors import PipelineError

REMEDY = "install one (on Debian: apt install g++ python3-dev), or set compile: false"


def has_compiler(device: torch.device) -> bool:
    """Whether the machine has the compiler that torch.compile calls: of C++ for a CPU, of C for a GPU (Triton)."""
    if device.type == "cpu":
        names = [os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++")]
    else:
        names = [os.environ["CC"]] if os.environ.get("CC") else ["clang", "gcc", "cc"]
    return any(shutil.which(name) for name in names)


@contextmanager
def compiler_faults(label: str) -> Iterator[None]:
    """Turn an exception of torch.compile's backend into a PipelineError; `label` begins its message."""
    try:
        yield
    except torch._dynamo.exc.BackendCompilerFailed as error:
        cause = next(line for line in str(error).split("\n") if line.strip()).strip()
        raise PipelineError(f"{label}: compile: true needs a working C++ compiler; {REMEDY} ({cause})") from None
