"""Vectors of words and blocks: means of the hidden states of their tokens."""

import torch
from torch import Tensor

from tinypt.modeling.forward import mean_state


def pool_words(states: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of the states of each word's pieces.

    Args:
        states: [blocks, length, width].
        words: int64 [blocks, length], index in the block of each position's word, -1 for none.

    Returns:
        [blocks, length, width], word i of a block at position i; and bool [blocks, length], the words that exist.
    """
    blocks, length, width = states.shape
    index = words.masked_fill(words < 0, length)  # positions without a word are gathered in one slot past the end
    sums = states.new_zeros(blocks, length + 1, width)
    sums.scatter_add_(1, index.unsqueeze(-1).expand(-1, -1, width), states)
    counts = states.new_zeros(blocks, length + 1).scatter_add_(1, index, torch.ones_like(index, dtype=states.dtype))
    counts = counts[:, :length]
    return sums[:, :length] / counts.clamp(min=1).unsqueeze(-1), counts > 0


def word_exists(words: Tensor) -> Tensor:
    """The words that `pool_words` makes a vector for: bool [blocks, length], word i of a block at position i."""
    blocks, length = words.shape
    index = words.masked_fill(words < 0, length)
    found = torch.zeros(blocks, length + 1, dtype=torch.bool, device=words.device)
    return found.scatter(1, index, torch.ones_like(index, dtype=torch.bool))[:, :length]


def pool(alignment: str, states: Tensor, words: Tensor | None, counted: Tensor) -> Tensor:
    """A model's vectors for the cosine term: of blocks, of words or of tokens.

    Args:
        alignment: sentence for blocks; otherwise words if `words` is given, and tokens if it is None.
        states: [blocks, length, width].
        words: as in `pool_words`; None with one tokenizer.
        counted: bool [blocks, length], the positions that vectors of blocks are means of, or the tokens that count.

    Returns:
        [blocks, length, width]; for sentence [blocks, width].
    """
    if alignment == "sentence":
        return mean_state(states, counted)
    return states if words is None else pool_words(states, words)[0]


def compared(alignment: str, words: Tensor | None, counted: Tensor) -> Tensor:
    """The vectors of `pool` that exist: bool, of its shape without the width. The arguments are those of `pool`."""
    if alignment == "sentence":
        return counted.any(dim=1)
    return counted if words is None else word_exists(words)
