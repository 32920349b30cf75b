"""An initialisation with which a small BERT learns from little text.

A BERT from the usual weights must first find out how to attend by position, which takes it millions of
tokens; until then it predicts little better than the frequency of words. Here the positions start as
sinusoids (Vaswani et al. 2017, section 3.5) and each head starts out attending to one neighbour: with
sinusoids, the position d places on is a rotation of this one, so a head's query is its key rotated. All of
it is trained on; only the start differs, and the architecture is BERT's.
"""

import math

import numpy as np
import torch
from torch import Tensor
from transformers import BertForMaskedLM

from tinypt.tokens.frequency import Ids, count_ids

POSITION_STD = 0.05  # of the sinusoids; words start at 0.02, so that where a token is weighs more than what it is
NOISE_STD = 0.02  # of queries and keys, on top of the rotations
SHARPNESS = 2.0  # scale of queries and keys: how much a head prefers its neighbour
BASE = 10_000.0  # longest wavelength over 2 pi, in tokens


def attend_to_neighbours(model: BertForMaskedLM) -> None:
    """Re-initialise the encoder of `model` in place, with randomness from torch's global generator.

    Head h of every layer starts at offset -1, +1, -2, +2, and so on. The other matrices are normal with
    standard deviation 1 / sqrt(width), those that end a residual branch smaller by sqrt(2 x layers), as
    GPT-2's (Radford et al. 2019, section 2.3): without it, three layers and more stay where they start.
    """
    hidden, heads = model.config.hidden_size, model.config.num_attention_heads
    with torch.no_grad():
        positions = model.bert.embeddings.position_embeddings.weight
        positions.copy_(_sinusoids(len(positions), hidden) * (POSITION_STD * math.sqrt(2)))
        for weight in model.bert.encoder.parameters():
            if weight.ndim == 2:
                weight.normal_(0.0, 1 / math.sqrt(hidden))
        for layer in model.bert.encoder.layer:
            for end in (layer.attention.output.dense, layer.output.dense):
                end.weight.mul_(1 / math.sqrt(2 * model.config.num_hidden_layers))
            attention = layer.attention.self
            for linear in (attention.query, attention.key):
                linear.weight.normal_(0.0, NOISE_STD)
            for head in range(heads):
                offset = (-1 if head % 2 == 0 else 1) * (1 + head // 2)
                rows = slice(head * (hidden // heads), (head + 1) * (hidden // heads))
                _rotate(attention.query.weight[rows], attention.key.weight[rows], offset, hidden)


def predict_frequencies(model: BertForMaskedLM, ids: Ids) -> None:
    """Start the output bias at the log frequency of the pieces in `ids`, so that training need not find it first."""
    counts = count_ids(ids, model.config.vocab_size) + 1.0
    with torch.no_grad():
        model.cls.predictions.bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))


def _sinusoids(count: int, hidden: int) -> Tensor:
    """Sine and cosine of each position at hidden / 2 wavelengths, interleaved: [count, hidden]."""
    angles = torch.arange(count)[:, None] * _frequencies(hidden)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).reshape(count, hidden)


def _frequencies(hidden: int) -> Tensor:
    return torch.exp(-math.log(BASE) * torch.arange(0, hidden, 2) / hidden)


def _rotate(query: Tensor, key: Tensor, offset: int, hidden: int) -> None:
    """Add to one head's rows, [head size, hidden], the key of a position and the query of the one at `offset`."""
    pairs = torch.arange(len(key) // 2)
    sine, cosine = 2 * pairs, 2 * pairs + 1
    angles = _frequencies(hidden)[pairs] * offset
    key[sine, sine] += SHARPNESS
    key[cosine, cosine] += SHARPNESS
    query[sine, sine] += SHARPNESS * angles.cos()
    query[sine, cosine] += SHARPNESS * angles.sin()
    query[cosine, cosine] += SHARPNESS * angles.cos()
    query[cosine, sine] -= SHARPNESS * angles.sin()
