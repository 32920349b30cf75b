"""What a task's output layer is given of a text or a pair: one vector made from the encoder's last states."""

import torch
from torch import Tensor
from torch.nn import functional

ALIGNMENTS = 4


def mean_state(states: Tensor, real: Tensor) -> Tensor:
    """Mean over the pieces that are `real`, [rows, hidden], of states [rows, length, hidden]; zeros where none is."""
    return (states * real[..., None]).sum(dim=1) / real.sum(dim=1, keepdim=True).clamp(min=1)


def matched_states(states: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Two texts, read together, held against each other: [rows, 4 * hidden + ALIGNMENTS].

    [u, v, |u - v|, u * v] of their mean states u and v (InferSent; Conneau et al. 2017), and how well each is covered
    by the other (`alignments`).

    Args:
        states: of both texts, [rows, length, hidden].
        first: where the pieces of the first text are, bool [rows, length].
        second: and those of the second.
    """
    u, v = mean_state(states, first), mean_state(states, second)
    return torch.cat([u, v, (u - v).abs(), u * v, alignments(states, first, second)], dim=1)


def alignments(states: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """How well the pieces of each text are matched in the other, [rows, ALIGNMENTS]; arguments as `matched_states`.

    A piece is matched as well as its cosine with the most similar piece of the other text. Given are the mean over the
    first text's pieces, over the second's (BERTScore's precision and recall; Zhang et al. 2020), and the lowest of
    either, since one word without a counterpart can turn the meaning. A text without pieces, or matched against one,
    counts as not matched: -1.
    """
    unit = functional.normalize(states, dim=-1)
    cosines = (unit @ unit.transpose(1, 2)).masked_fill(~(first[:, :, None] & second[:, None, :]), -1.0)
    covered = [_mean_and_lowest(cosines.amax(dim=2), first), _mean_and_lowest(cosines.amax(dim=1), second)]
    return torch.cat(covered, dim=1)


def _mean_and_lowest(best: Tensor, real: Tensor) -> Tensor:
    """[rows, 2] of `best` [rows, length] over the pieces that are `real`; -1 where none is."""
    none = ~real.any(dim=1)
    mean = (best * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
    lowest = best.masked_fill(~real, 1.0).amin(dim=1)
    return torch.stack([mean, lowest], dim=1).masked_fill(none[:, None], -1.0)
