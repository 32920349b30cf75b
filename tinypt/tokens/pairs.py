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

from tinypt.files import write_json
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import RowWriter, pair_record
from tinypt.tokens.blocks import batches, refuse_unknown, say_unknown
from tinypt.tokens.pieces import PIECES, check_vocabulary, pieces_of, without_blank

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PairCounts:
    """Counts of a text stream: documents, the student's pieces, the student's words, aligned words, and blocks.

    unknown_pieces counts those of the pieces that are [UNK]; dropped_words, aligned words that are longer than a block,
    or left over at the end.
    """

    documents: int
    pieces: int
    unknown_pieces: int
    words: int
    aligned_words: int
    blocks: int
    dropped_words: int


@dataclass(frozen=True)
class Side:
    """One tokenizer's view of a stretch of text.

    ids: uint16 [pieces].
    starts: int64 [words + 1], index in `ids` of the first piece of each aligned word (or separator), then len(ids).
    ends: int64 [words], index after its last piece. Pieces from there to the next start belong to unaligned words.
    """

    ids: NDArray[np.uint16]
    starts: Ints
    ends: Ints


@dataclass(frozen=True)
class Pairs:
    """Consecutive documents in two tokenizers, each with a [SEP] at its end on both sides.

    left, right: the student's view and the teacher's, with the same aligned words.
    is_word: bool [words], False for separators.
    documents, words: their numbers; `words` counts those of the student, aligned or not.
    """

    left: Side
    right: Side
    is_word: NDArray[np.bool_]
    documents: int
    words: int


def write_pairs(
    texts: Iterable[str],
    student: PreTrainedTokenizerBase,
    teacher: PreTrainedTokenizerBase,
    length: int,
    folder: Path,
) -> PairCounts:
    """Tokenize `texts` twice and write their blocks (see `cut_pairs`)."""
    return cut_pairs(encode(texts, student, teacher), student, teacher, length, folder)


def encode(texts: Iterable[str], student: PreTrainedTokenizerBase, teacher: PreTrainedTokenizerBase) -> Iterator[Pairs]:
    """Tokenize and align `texts`, some documents at a time."""
    for batch in batches(texts):
        encodings = zip(batch, _encode(student, batch), _encode(teacher, batch), strict=True)
        separators = student.sep_token_id, teacher.sep_token_id
        yield _join([_align(text, left, right, *separators) for text, left, right in encodings])


def cut_pairs(
    stream: Iterable[Pairs],
    student: PreTrainedTokenizerBase,
    teacher: PreTrainedTokenizerBase,
    length: int,
    folder: Path,
) -> PairCounts:
    """Write folder/blocks.npy, records of blocks (see `arrays.pair_record`), and folder/pieces.json, the student's.

    Both sides of a record are the same text. It ends before the word that would overflow `length` on either side; the
    rest is padding.

    Raises:
        PipelineError: a vocabulary does not fit 16-bit files, or the text does not fill one block.
    """
    check_vocabulary(student, f"{folder}: student's tokenizer")
    check_vocabulary(teacher, f"{folder}: teacher's tokenizer")
    write_json(folder / PIECES, pieces_of(student))
    record = pair_record(length)
    writer = RowWriter(folder / "blocks.npy", record)
    documents = pieces = unknown = words = aligned = dropped = 0
    rest: list[Pairs] = []
    for part in stream:
        documents, pieces = documents + part.documents, pieces + len(part.left.ids) - part.documents
        unknown += int((part.left.ids == student.unk_token_id).sum())
        refuse_unknown(student, unknown, pieces)
        words, aligned = words + part.words, aligned + int(part.is_word.sum())
        joined = _join([*rest, part])
        cuts, dropped_here = _cut(joined.left, joined.right, length - 2)
        dropped += dropped_here
        *whole, last = cuts
        begins, ends = np.array(whole, dtype=np.int64).reshape(-1, 2).T
        rows = np.empty(len(begins), dtype=record)
        for side, tokenizer, prefix in ((joined.left, student, ""), (joined.right, teacher, "teacher_")):
            _fill_ids(rows[f"{prefix}ids"], side, begins, ends, tokenizer)
            _fill_words(rows[f"{prefix}words"], side, joined.is_word, begins, ends)
        writer.append(rows)
        rest = [_rest(joined, *last)]
    writer.close()
    if writer.rows == 0:
        raise PipelineError(f"{folder}: {documents} documents give less than one block of {length} tokens")
    left_over = sum(int(part.is_word.sum()) for part in rest)
    say_unknown(student, unknown, pieces)
    return PairCounts(documents, pieces, unknown, words, aligned, writer.rows, dropped + left_over)


def _encode(tokenizer: PreTrainedTokenizerBase, batch: list[str]) -> Iterator[Any]:
    return iter(tokenizer.backend_tokenizer.encode_batch(batch, add_special_tokens=False))


def _align(text: str, encoding: Any, teacher_encoding: Any, separator: int, teacher_separator: int) -> Pairs:
    """One document."""
    spans, starts, ends = _words(text, encoding)
    teacher_spans, teacher_starts, teacher_ends = _words(text, teacher_encoding)
    _, common, teacher_common = np.intersect1d(spans, teacher_spans, assume_unique=True, return_indices=True)
    left = _side(encoding.ids, starts[common], ends[common], separator)
    right = _side(teacher_encoding.ids, teacher_starts[teacher_common], teacher_ends[teacher_common], teacher_separator)
    is_word = np.ones(len(common) + 1, dtype=np.bool_)
    is_word[-1] = False
    return Pairs(left, right, is_word, 1, len(spans))


def _words(text: str, encoding: Any) -> tuple[Ints, Ints, Ints]:
    """Each word's character span (start and end in one number), and the indices where its pieces start and end."""
    offsets = without_blank(text, np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2))
    word_of = np.array([-1 if word is None else word for word in encoding.word_ids], dtype=np.int64)
    starts = np.flatnonzero(np.diff(word_of, prepend=-2))
    ends = np.append(starts[1:], len(word_of)) if len(starts) else starts
    return offsets[starts, 0] << 32 | offsets[ends - 1, 1], starts, ends


def _side(ids: list[int], starts: Ints, ends: Ints, separator: int) -> Side:
    count = len(ids)
    return Side(
        np.array([*ids, separator], dtype=np.uint16),
        np.concatenate([starts, [count, count + 1]]),
        np.append(ends, count + 1),
    )


def _join(parts: list[Pairs]) -> Pairs:
    return Pairs(
        _concatenate([part.left for part in parts]),
        _concatenate([part.right for part in parts]),
        np.concatenate([part.is_word for part in parts]),
        sum(part.documents for part in parts),
        sum(part.words for part in parts),
    )


def _concatenate(sides: list[Side]) -> Side:
    shifts = np.cumsum([0] + [len(side.ids) for side in sides])
    starts = [side.starts[:-1] + shift for side, shift in zip(sides, shifts, strict=False)]
    ends = [side.ends + shift for side, shift in zip(sides, shifts, strict=False)]
    return Side(
        np.concatenate([s.ids for s in sides]), np.append(np.concatenate(starts), shifts[-1]), np.concatenate(ends)
    )


def _rest(part: Pairs, begin: int, end: int) -> Pairs:
    """The words from `begin` to `end`, of documents that are already counted."""
    left, right = (_slice(side, begin, end) for side in (part.left, part.right))
    return Pairs(left, right, part.is_word[begin:end], 0, 0)


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


def _fill_ids(rows: NDArray[Any], side: Side, begins: Ints, ends: Ints, tokenizer: PreTrainedTokenizerBase) -> None:
    """Write the pieces of the words from each of `begins` to its end into a row of [rows, length]."""
    first, last = side.starts[begins], side.starts[ends]
    row, piece = _ranges(first, last)
    rows[:] = tokenizer.pad_token_id
    rows[:, 0] = tokenizer.cls_token_id
    rows[row, 1 + piece - first[row]] = side.ids[piece]
    rows[np.arange(len(rows)), 1 + last - first] = tokenizer.sep_token_id


def _fill_words(rows: NDArray[Any], side: Side, is_word: NDArray[np.bool_], begins: Ints, ends: Ints) -> None:
    """Write the index in its row of each piece's word into rows, [rows, length]; the largest value for none."""
    rows[:] = np.iinfo(rows.dtype).max
    row, entry = _ranges(begins, ends)
    row, entry = row[is_word[entry]], entry[is_word[entry]]
    index = np.arange(len(row)) - np.searchsorted(row, row)
    word, piece = _ranges(side.starts[entry], side.ends[entry])
    rows[row[word], 1 + piece - side.starts[begins][row[word]]] = index[word]


def _ranges(begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The numbers of all ranges, joined, and the range that each belongs to: (range, number), both [numbers]."""
    sizes = ends - begins
    owner = np.repeat(np.arange(len(begins)), sizes)
    return owner, np.arange(len(owner)) + np.repeat(begins - (np.cumsum(sizes) - sizes), sizes)
