"""Occurrences of each piece of a vocabulary."""

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.tokens.arrays import Values

CHUNK = 65_536  # blocks counted at a time: the corpus is memory-mapped and larger than memory


def count_ids(ids: Values, vocabulary: int) -> NDArray[np.int64]:
    """Occurrences of each id below `vocabulary`, [vocabulary], in blocks [n, length]."""
    counts = np.zeros(vocabulary, dtype=np.int64)
    for start in range(0, len(ids), CHUNK):
        counts += np.bincount(ids[start : start + CHUNK].reshape(-1), minlength=vocabulary)
    return counts


def count_pieces(ids: Values, tokenizer: PreTrainedTokenizerBase) -> NDArray[np.int64]:
    """Occurrences of each piece, [vocabulary], in blocks [n, length]; 0 for special tokens, which are not text."""
    counts = count_ids(ids, len(tokenizer))
    counts[tokenizer.all_special_ids] = 0
    return counts
