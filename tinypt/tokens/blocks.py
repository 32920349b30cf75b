"""Blocks for one tokenizer: the stream of documents, cut into rows of equal length without padding."""

import logging
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
from tinypt.tokens.pieces import PIECES, check_vocabulary, pieces_of

BATCH = 256  # documents tokenized at once
ENOUGH, SHOWN = 1000, 0.01  # pieces; a share of them
REMEDY = "see whether the vocabulary is the model's own, and whether its parameter `cased` is right"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BlockCounts:
    """Counts of a text stream: documents, pieces (without [SEP]), blocks, and pieces dropped at the end.

    unknown_pieces: those of the pieces that are [UNK], for text that the tokenizer cannot spell.
    """

    documents: int
    pieces: int
    unknown_pieces: int
    blocks: int
    dropped_pieces: int


def refuse_unknown(tokenizer: PreTrainedTokenizerBase, unknown: int, pieces: int) -> None:
    """Stop as soon as enough text shows that a tokenizer is not made for it.

    Raises:
        PipelineError: half of the pieces are unknown.
    """
    if pieces >= ENOUGH and unknown > pieces / 2:
        raise PipelineError(
            f"{tokenizer.name_or_path}: {unknown:,} of the first {pieces:,} pieces are unknown; {REMEDY}"
        )


def say_unknown(tokenizer: PreTrainedTokenizerBase, unknown: int, pieces: int) -> None:
    """Warn of a share of unknown pieces that no published tokenizer has on text of its own language."""
    if unknown > SHOWN * pieces:
        share = 100 * unknown / pieces
        log.warning("%s: %.1f %% of %s pieces are unknown; %s", tokenizer.name_or_path, share, f"{pieces:,}", REMEDY)


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
        PipelineError: the vocabulary does not fit 16-bit files or this text, or the text does not fill one block.
    """
    check_vocabulary(tokenizer, str(folder))
    write_json(folder / PIECES, pieces_of(tokenizer))
    body = length - 2
    writer = RowWriter(folder / "blocks.npy", np.dtype(np.uint16), (length,))
    rest = np.empty(0, dtype=np.uint16)
    documents = pieces = unknown = 0
    for part in stream:
        documents += part.documents
        pieces += len(part.ids) - part.documents
        unknown += int((part.ids == tokenizer.unk_token_id).sum())
        refuse_unknown(tokenizer, unknown, pieces)
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
    say_unknown(tokenizer, unknown, pieces)
    return BlockCounts(documents, pieces, unknown, writer.rows, len(rest))
