"""Blocks for two tokenizers: the same text in the student's and the teacher's, aligned word by word.

Both are BERT tokenizers, which split a text into words and then words into pieces. The character spans of their words
therefore almost always agree (99.99 % on Portuguese news). Only words with equal spans on both sides are aligned, and
blocks are cut only before such a word, so alignment is exact.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import RowWriter
from tinypt.tokens.blocks import batches, check_vocabulary
from tinypt.tokens.vocabulary import write_vocabulary

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PairCounts:
    """Counts of a text stream: documents, the student's pieces, the student's words, aligned words, and blocks.

    dropped_words counts aligned words that are longer than a block, or left over at the end.
    """

    documents: int
    pieces: int
    words: int
    aligned_words: int
    blocks: int
    dropped_words: int


@dataclass(frozen=True)
class Side:
    """One tokenizer's view of a stretch of text.

    ids: int64 [pieces].
    starts: int64 [words + 1], index in `ids` of the first piece of each aligned word (or separator), then len(ids).
    ends: int64 [words], index after its last piece. Pieces from there to the next start belong to unaligned words.
    """

    ids: Ints
    starts: Ints
    ends: Ints


def write_pairs(
    texts: Iterable[str],
    student: PreTrainedTokenizerBase,
    teacher: PreTrainedTokenizerBase,
    length: int,
    folder: Path,
) -> PairCounts:
    """Tokenize `texts` twice; write blocks, words, teacher_blocks and teacher_words (.npy, see tokens.arrays.Blocks).

    The folder's vocab.txt is the student's. A [SEP] follows every document on both sides. Row i of every array is the
    same text. A row ends before the word that would overflow `length` on either side; the rest is padding.

    Raises:
        PipelineError: a vocabulary does not fit 16-bit files, or the text does not fill one block.
    """
    check_vocabulary(student, f"{folder}: student's tokenizer")
    check_vocabulary(teacher, f"{folder}: teacher's tokenizer")
    write_vocabulary(student, folder / "vocab.txt")
    writers = {
        "blocks": RowWriter(folder / "blocks.npy", length, np.uint16),
        "words": RowWriter(folder / "words.npy", length, np.int16),
        "teacher_blocks": RowWriter(folder / "teacher_blocks.npy", length, np.uint16),
        "teacher_words": RowWriter(folder / "teacher_words.npy", length, np.int16),
    }
    documents = pieces = words = aligned = dropped = 0
    rest: tuple[Side, Side, NDArray[np.bool_]] | None = None
    for batch in batches(texts):
        parts = [rest] if rest is not None else []
        encodings = zip(_encode(student, batch), _encode(teacher, batch), strict=True)
        for encoding, teacher_encoding in encodings:
            left, right, common, total = _align(encoding, teacher_encoding, student.sep_token_id, teacher.sep_token_id)
            parts.append((left, right, common))
            documents, pieces = documents + 1, pieces + len(left.ids) - 1
            words, aligned = words + total, aligned + int(common.sum())
        left, right, is_word = _join(parts)
        cuts, dropped_here = _cut(left, right, length - 2)
        dropped += dropped_here
        last = cuts.pop()
        for side, tokenizer, prefix in ((left, student, ""), (right, teacher, "teacher_")):
            rows = [_row(side, is_word, begin, end, tokenizer, length) for begin, end in cuts]
            if rows:
                writers[f"{prefix}blocks"].append(np.stack([ids for ids, _ in rows]))
                writers[f"{prefix}words"].append(np.stack([index for _, index in rows]))
        rest = (_slice(left, *last), _slice(right, *last), is_word[slice(*last)])
    for writer in writers.values():
        writer.close()
    blocks = writers["blocks"].rows
    if blocks == 0:
        raise PipelineError(f"{folder}: {documents} documents give less than one block of {length} tokens")
    left_over = int(rest[2].sum()) if rest is not None else 0
    return PairCounts(documents, pieces, words, aligned, blocks, dropped + left_over)


def _encode(tokenizer: PreTrainedTokenizerBase, batch: list[str]) -> Iterator[Any]:
    return iter(tokenizer.backend_tokenizer.encode_batch(batch, add_special_tokens=False))


def _align(
    encoding: Any, teacher_encoding: Any, separator: int, teacher_separator: int
) -> tuple[Side, Side, NDArray[np.bool_], int]:
    """Both sides of one document, each with a separator; True for entries that are words; the student's words."""
    spans, starts, ends = _words(encoding)
    teacher_spans, teacher_starts, teacher_ends = _words(teacher_encoding)
    _, common, teacher_common = np.intersect1d(spans, teacher_spans, assume_unique=True, return_indices=True)
    left = _side(encoding.ids, starts[common], ends[common], separator)
    right = _side(teacher_encoding.ids, teacher_starts[teacher_common], teacher_ends[teacher_common], teacher_separator)
    is_word = np.ones(len(common) + 1, dtype=np.bool_)
    is_word[-1] = False
    return left, right, is_word, len(spans)


def _words(encoding: Any) -> tuple[Ints, Ints, Ints]:
    """Each word's character span (start and end in one number), and the indices where its pieces start and end."""
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    word_of = np.array([-1 if word is None else word for word in encoding.word_ids], dtype=np.int64)
    starts = np.flatnonzero(np.diff(word_of, prepend=-2))
    ends = np.append(starts[1:], len(word_of)) if len(starts) else starts
    return offsets[starts, 0] << 32 | offsets[ends - 1, 1], starts, ends


def _side(ids: list[int], starts: Ints, ends: Ints, separator: int) -> Side:
    count = len(ids)
    return Side(
        np.append(np.array(ids, dtype=np.int64), separator),
        np.concatenate([starts, [count, count + 1]]),
        np.append(ends, count + 1),
    )


def _join(parts: list[tuple[Side, Side, NDArray[np.bool_]]]) -> tuple[Side, Side, NDArray[np.bool_]]:
    return (
        _concatenate([p[0] for p in parts]),
        _concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
    )


def _concatenate(sides: list[Side]) -> Side:
    shifts = np.cumsum([0] + [len(side.ids) for side in sides])
    starts = [side.starts[:-1] + shift for side, shift in zip(sides, shifts, strict=False)]
    ends = [side.ends + shift for side, shift in zip(sides, shifts, strict=False)]
    return Side(
        np.concatenate([s.ids for s in sides]), np.append(np.concatenate(starts), shifts[-1]), np.concatenate(ends)
    )


def _slice(side: Side, begin: int, end: int) -> Side:
    first, last = side.starts[begin], side.starts[end]
    return Side(side.ids[first:last], side.starts[begin : end + 1] - first, side.ends[begin:end] - first)


def _cut(left: Side, right: Side, body: int) -> tuple[list[tuple[int, int]], int]:
    """Ranges of entries that fit `body` pieces on both sides; the last range is left for the next batch.

    Also the number of dropped entries, which are too long for a block.
    """
    cuts: list[tuple[int, int]] = []
    begin, count, dropped = 0, len(left.ends), 0
    while begin < count:
        fits = [
            int(np.searchsorted(side.starts, side.starts[begin] + body, side="right")) - 1 for side in (left, right)
        ]
        end = min(fits)
        if end >= count:
            break
        if end == begin:
            begin, dropped = begin + 1, dropped + 1
            continue
        cuts.append((begin, end))
        begin = end
    return [*cuts, (begin, count)], dropped


def _row(
    side: Side, is_word: NDArray[np.bool_], begin: int, end: int, tokenizer: PreTrainedTokenizerBase, length: int
) -> tuple[NDArray[np.uint16], NDArray[np.int16]]:
    """One block and its word indices, both [length]."""
    first, last = int(side.starts[begin]), int(side.starts[end])
    size = last - first
    ids = np.full(length, tokenizer.pad_token_id, dtype=np.uint16)
    ids[0], ids[1 : size + 1], ids[size + 1] = tokenizer.cls_token_id, side.ids[first:last], tokenizer.sep_token_id
    words = np.full(length, -1, dtype=np.int16)
    chosen = np.flatnonzero(is_word[begin:end]) + begin
    sizes = side.ends[chosen] - side.starts[chosen]
    index = np.repeat(np.arange(len(chosen)), sizes)
    within = np.arange(len(index)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    words[1 + np.repeat(side.starts[chosen] - first, sizes) + within] = index
    return ids, words
