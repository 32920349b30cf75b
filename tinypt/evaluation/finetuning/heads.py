"""Inputs of a task's output layer: one vector for each text or pair, computed from the encoder's last states."""

import torch
from torch import Tensor
from torch.nn import functional

from tinypt.modeling.forward import mean_state

ALIGNMENTS = 4


def matched_states(states: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Features of two texts that were encoded together, [rows, 4 * hidden + ALIGNMENTS].

    They are [u, v, |u - v|, u * v] of the two texts' mean states u and v (InferSent; Conneau et al. 2017), followed by
    `alignments`.

    Args:
        states: of both texts, [rows, length, hidden].
        first: true at the pieces of the first text, bool [rows, length].
        second: true at the pieces of the second text, bool [rows, length].
    """
    u, v = mean_state(states, first), mean_state(states, second)
    return torch.cat([u, v, (u - v).abs(), u * v, alignments(states, first, second)], dim=1)


def alignments(states: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """How well the pieces of each text match pieces of the other, [rows, ALIGNMENTS]. Arguments as in `matched_states`.

    The match of a piece is its highest cosine with a piece of the other text. The features are the mean and the lowest
    match over the first text's pieces, then over the second's. The means are BERTScore's precision and recall (Zhang et
    al. 2020); the lowest is included because one word without a counterpart can change the meaning. Pairs with an empty
    text get -1.
    """
    unit = functional.normalize(states, dim=-1)
    cosines = (unit @ unit.transpose(1, 2)).masked_fill(~(first[:, :, None] & second[:, None, :]), -1.0)
    covered = [_mean_and_lowest(cosines.amax(dim=2), first), _mean_and_lowest(cosines.amax(dim=1), second)]
    return torch.cat(covered, dim=1)


def _mean_and_lowest(best: Tensor, real: Tensor) -> Tensor:
    """Mean and minimum of `best` [rows, length] where `real`: [rows, 2]; -1 if nowhere."""
    none = ~real.any(dim=1)
    mean = (best * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)
    lowest = best.masked_fill(~real, 1.0).amin(dim=1)
    return torch.stack([mean, lowest], dim=1).masked_fill(none[:, None], -1.0)
