"""Drawing pieces from the teacher's distribution, which a few samples can then replace."""

from typing import NamedTuple

import torch
from torch import Tensor


class Samples(NamedTuple):
    """Pieces drawn from the teacher's softened distribution at each position, in place of its logits.

    ids: int64 [positions, samples], a piece as often as it was drawn.
    log_probability: [positions], mean over the samples of the teacher's log-probability at T, nats.
    """

    ids: Tensor
    log_probability: Tensor


def sample_pieces(probabilities: Tensor, samples: int, offsets: Tensor) -> Tensor:
    """Draw `samples` ids from each distribution by systematic sampling.

    The cumulative distribution is read at `samples` equally spaced points after one random offset. An id of
    probability p is drawn floor(samples · p) or ceil(samples · p) times, samples · p times on average. Like
    independent draws (random-sampling knowledge distillation, Anshumann et al. 2025) this is unbiased; its variance is
    lower. Drawing from the distribution itself minimises the variance of the student's gradient (Σ pᵢ² / qᵢ has its
    minimum at q = p), so there is no other proposal to choose.

    Args:
        probabilities: fp32 or fp64 [positions, vocabulary], not negative; rows need not sum to exactly 1.
        samples: ids to draw from each row.
        offsets: [positions], uniform in [0, 1).

    Returns:
        int64 [positions, samples], ascending in each row; each id as often as it was drawn.
    """
    cumulative = probabilities.cumsum(dim=-1)
    total = cumulative[:, -1:]
    steps = torch.arange(samples, device=total.device, dtype=total.dtype)
    points = (steps + offsets[:, None].to(total.dtype)) / samples * total
    below = torch.nextafter(total, torch.zeros_like(total))  # a point rounded up to the total would find no id
    return torch.searchsorted(cumulative, points.minimum(below), right=True)
