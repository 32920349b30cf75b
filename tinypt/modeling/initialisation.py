"""An initialisation that lets a small BERT learn from little text.

From the usual weights, a BERT must first learn to attend by position. That takes millions of tokens, and until then it
predicts little better than word frequencies. Here positions start as sinusoids (Vaswani et al. 2017, section 3.5), and
each head starts by attending to one neighbour. A shift by d positions is a rotation of the sinusoids, so a head's query
is its key, rotated. In the first layer, [CLS] starts by attending to all pieces, since classifiers read the text
through it. All weights are trained as usual; only their start differs, and the architecture is BERT's.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import BertForMaskedLM

POSITION_STD = 0.05  # of the sinusoids; words start at 0.02, so positions weigh more than words
NOISE_STD = 0.02  # of queries and keys, on top of the rotations
SHARPNESS = 2.0  # scale of queries and keys: how much a head prefers its neighbour
FIRST_STD = 0.4  # of [CLS]'s position: it hides the word there from the heads, which then have no preference
BASE = 10_000.0  # longest wavelength over 2 pi, in tokens


def attend_to_neighbours(model: BertForMaskedLM) -> None:
    """Re-initialise the encoder of `model` in place, with random numbers from torch's global generator.

    The heads of every layer start at offsets -1, +1, -2, +2, and so on. Where there are several, position 0, [CLS], has
    no preference in the first layer: its embedding lies in dimensions that heads do not compare. The other matrices are
    normal with standard deviation 1 / sqrt(width). Those that end a residual branch are smaller by sqrt(2 x layers), as
    in GPT-2 (Radford et al. 2019, section 2.3); without that, models of three or more layers do not learn.
    """
    hidden, heads = model.config.hidden_size, model.config.num_attention_heads
    with torch.no_grad():
        positions = model.bert.embeddings.position_embeddings.weight
        positions.copy_(_sinusoids(len(positions), hidden) * (POSITION_STD * math.sqrt(2)))
        if heads > 1:
            alternate = torch.tensor([FIRST_STD, -FIRST_STD]).repeat(hidden // 2)  # LayerNorm finds a mean of 0
            positions[0] = alternate * (torch.arange(hidden) >= hidden // heads)
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


def predict_frequencies(model: BertForMaskedLM, counts: NDArray[np.int64]) -> None:
    """Set the output bias to the log frequency of each piece, so that training need not learn it first.

    `counts`, int64 [vocabulary], are the pieces' occurrences. Each counts once more, so that no logarithm is of 0.
    """
    smoothed = counts + 1.0
    with torch.no_grad():
        model.cls.predictions.bias.copy_(torch.from_numpy(np.log(smoothed / smoothed.sum())))


def _sinusoids(count: int, hidden: int) -> Tensor:
    """Interleaved sines and cosines of each position at hidden / 2 wavelengths: [count, hidden]."""
    angles = torch.arange(count)[:, None] * _frequencies(hidden)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).reshape(count, hidden)


def _frequencies(hidden: int) -> Tensor:
    return torch.exp(-math.log(BASE) * torch.arange(0, hidden, 2) / hidden)


def _rotate(query: Tensor, key: Tensor, offset: int, hidden: int) -> None:
    """Add to one head's rows, [head size, hidden], a position's key and the query of the position at `offset`."""
    pairs = torch.arange(len(key) // 2)
    sine, cosine = 2 * pairs, 2 * pairs + 1
    angles = _frequencies(hidden)[pairs] * offset
    key[sine, sine] += SHARPNESS
    key[cosine, cosine] += SHARPNESS
    query[sine, sine] += SHARPNESS * angles.cos()
    query[sine, cosine] += SHARPNESS * angles.sin()
    query[cosine, cosine] += SHARPNESS * angles.cos()
    query[cosine, sine] -= SHARPNESS * angles.sin()
