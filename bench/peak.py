"""The arithmetic peak of a device, which utilisation is a share of."""

import math
import time

import torch

TRIES = 10


def peak_flops(device: torch.device, width: int, precision: str) -> float:
    """Floating-point operations per second of a product of two matrices [width, width], fp32 or bf16: the best try."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    left, right = (torch.randn(width, width, device=device).to(dtype) for _ in range(2))
    best = math.inf
    for _ in range(TRIES):
        _wait(device)
        began = time.perf_counter()
        left @ right
        _wait(device)
        best = min(best, time.perf_counter() - began)
    return 2 * width**3 / best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()
