"""Drawing pieces from the teacher's distribution, so that a few numbers can stand for it."""

import torch
from torch import Tensor


def sample_pieces(probabilities: Tensor, samples: int, offsets: Tensor) -> Tensor:
    """Draw `samples` ids from each distribution by systematic sampling.

    The cumulative distribution is read at `samples` equally spaced points behind one random offset. An id of
    probability p is drawn floor(samples · p) or ceil(samples · p) times, samples · p times on average: without
    bias, as independent draws are (random-sampling knowledge distillation, Anshumann et al. 2025), with less
    variance. Drawing from the distribution itself is what makes the variance of the student's gradient
    smallest (Σ pᵢ² / qᵢ has its minimum at q = p), so there is no other proposal to choose.

    Args:
        probabilities: fp32 or fp64 [positions, vocabulary], not negative; rows need not sum to exactly 1.
        samples: ids to draw from each row.
        offsets: [positions], uniform in [0, 1).

    Returns:
        int64 [positions, samples], ascending in each row; an id stands there as often as it was drawn.
    """
    cumulative = probabilities.cumsum(dim=-1)
    total = cumulative[:, -1:]
    steps = torch.arange(samples, device=total.device, dtype=total.dtype)
    points = (steps + offsets[:, None].to(total.dtype)) / samples * total
    below = torch.nextafter(total, torch.zeros_like(total))  # a point rounded up to the total would find no id
    return torch.searchsorted(cumulative, points.minimum(below), right=True)
