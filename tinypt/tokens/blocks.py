"""Blocks for one tokenizer: the stream of documents, cut into rows of equal length without padding."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.files import write_json
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import RowWriter
from tinypt.tokens.pieces import PIECES, pieces_of

BATCH = 256  # documents tokenized at once
LARGEST_VOCABULARY = 1 << 16


@dataclass(frozen=True)
class BlockCounts:
    """Counts of a text stream: documents, pieces (without special tokens), blocks, and pieces dropped at the end."""

    documents: int
    pieces: int
    blocks: int
    dropped_pieces: int


def check_vocabulary(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Check that a vocabulary fits 16-bit token files.

    Raises:
        PipelineError: it has more than `LARGEST_VOCABULARY` entries.
    """
    if len(tokenizer) > LARGEST_VOCABULARY:
        raise PipelineError(
            f"{name}: a vocabulary of {len(tokenizer):,} does not fit 16-bit token files ({LARGEST_VOCABULARY:,})"
        )


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Group texts for the tokenizer."""
    iterator = iter(texts)
    while batch := list(islice(iterator, BATCH)):
        yield batch


@dataclass(frozen=True)
class Pieces:
    """Consecutive documents in one tokenizer: their number, and ids, uint16 [pieces], a [SEP] after each document."""

    documents: int
    ids: NDArray[np.uint16]


def write_blocks(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase, length: int, folder: Path) -> BlockCounts:
    """Tokenize `texts` and write their blocks (see `cut_blocks`)."""
    return cut_blocks(encode(texts, tokenizer), tokenizer, length, folder)


def encode(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> Iterator[Pieces]:
    """Tokenize `texts`, some documents at a time."""
    separator = np.array([tokenizer.sep_token_id], dtype=np.uint16)
    for batch in batches(texts):
        parts = []
        for encoding in tokenizer.backend_tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            parts += [np.array(encoding.ids, dtype=np.uint16), separator]
        yield Pieces(len(batch), np.concatenate(parts))


def cut_blocks(stream: Iterable[Pieces], tokenizer: PreTrainedTokenizerBase, length: int, folder: Path) -> BlockCounts:
    """Write folder/blocks.npy, uint16 [blocks, length], and folder/pieces.json, the pieces of `tokenizer`.

    The stream is cut every length - 2 tokens, and each cut is put between [CLS] and [SEP]. The last tokens, too few
    for a block, are dropped and counted.

    Raises:
        PipelineError: the vocabulary does not fit 16-bit files, or the text does not fill one block.
    """
    check_vocabulary(tokenizer, str(folder))
    write_json(folder / PIECES, pieces_of(tokenizer))
    body = length - 2
    writer = RowWriter(folder / "blocks.npy", np.dtype(np.uint16), (length,))
    rest = np.empty(0, dtype=np.uint16)
    documents = pieces = 0
    for part in stream:
        documents += part.documents
        pieces += len(part.ids) - part.documents
        ids = np.concatenate([rest, part.ids])
        whole = len(ids) // body
        rows = np.empty((whole, length), dtype=np.uint16)
        rows[:, 0], rows[:, -1] = tokenizer.cls_token_id, tokenizer.sep_token_id
        rows[:, 1:-1] = ids[: whole * body].reshape(whole, body)
        writer.append(rows)
        rest = ids[whole * body :]
    writer.close()
    if writer.rows == 0:
        raise PipelineError(f"{folder}: {documents} documents give less than one block of {length} tokens")
    return BlockCounts(documents, pieces, writer.rows, len(rest))
