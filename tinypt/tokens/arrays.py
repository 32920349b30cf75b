"""Arrays of tokens on disk: writing them row by row, and mapping a split's arrays into memory."""

import mmap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.files import read_json, verify
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.pieces import PIECES, pieces_of


class RowWriter:
    """Appends rows of a fixed shape to a .npy file, flushing to disk as it goes."""

    def __init__(self, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...] = ()) -> None:
        """Open `path` for rows that are arrays of `shape`, or single records, of `dtype`."""
        self.dtype, self.shape, self.rows = dtype, shape, 0
        # Room for any row count, so that the header can be rewritten in place at the end.
        self._header = -(-(len(self._description()) + 32) // 64) * 64
        self._file = path.open("wb")
        self._file.write(b"\0" * self._header)

    def append(self, rows: NDArray[Any]) -> None:
        """Append `rows`, an array [n, *shape]."""
        self._file.write(np.ascontiguousarray(rows, dtype=self.dtype).tobytes())
        self.rows += len(rows)

    def close(self) -> None:
        """Write the header, after which the file is a plain .npy array [rows, *shape]."""
        self._file.seek(0)
        magic = b"\x93NUMPY\x01\x00" + (self._header - 10).to_bytes(2, "little")
        self._file.write(magic + self._description().ljust(self._header - 11).encode() + b"\n")
        self._file.close()

    def _description(self) -> str:
        descr, shape = np.lib.format.dtype_to_descr(self.dtype), (self.rows, *self.shape)
        return f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}"


def pair_record(length: int) -> np.dtype[Any]:
    """A block in two tokenizers as one record of a file, so that one read finds all of it.

    ids, teacher_ids: uint16 [length]. words, teacher_words: uint8 [length], index in the block of each piece's word;
    the largest value of the type stands for none. Blocks longer than 256 may have more words, and take uint16.
    """
    word = np.dtype("u1" if length <= 256 else "<u2")
    fields = (("ids", "<u2"), ("words", word), ("teacher_ids", "<u2"), ("teacher_words", word))
    return np.dtype([(name, kind, (length,)) for name, kind in fields])


@dataclass(frozen=True)
class Translated:
    """Memory-mapped values, [n, length], translated by `table` as rows are read."""

    values: NDArray[Any]
    table: NDArray[Any]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.values)

    def __getitem__(self, rows: Any) -> NDArray[Any]:
        """Translated rows."""
        found: NDArray[Any] = self.table[self.values[rows]]
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """[n, length]."""
        return self.values.shape


Values = NDArray[Any] | Translated


@dataclass(frozen=True)
class Blocks:
    """The token blocks of one split, memory-mapped: `n` blocks of `length` tokens.

    ids: uint16 [n, length]; each row is [CLS] pieces [SEP], with padding at its end only. For a trimmed vocabulary
        they are translated as they are read.
    words: int16 [n, length] or None; index in the block of each piece's word. It is -1 for special tokens and for
        pieces of words whose boundaries differ between the two tokenizers.
    teacher_ids, teacher_words: the same text in the teacher's tokenizer, with the same word indices; or None.
    file: the mapped rows of all of these; None if they are in memory.
    padded: whether a row may hold padding.
    """

    ids: Values
    words: Values | None
    teacher_ids: Values | None
    teacher_words: Values | None
    file: np.memmap[Any, Any] | None = None
    padded: bool = True

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.ids)

    @property
    def length(self) -> int:
        """Tokens in a block."""
        return int(self.ids.shape[1])

    def read_ahead(self, rows: NDArray[np.int64]) -> None:
        """Ask the system to read `rows` from the disk, all at once.

        A program that touches mapped rows waits for each in turn, and for the system, which expects a sequential
        reader, to read the neighbourhood of each.
        """
        mapped: Any = None if self.file is None else self.file.base
        if not hasattr(mapped, "madvise") or not hasattr(mmap, "MADV_WILLNEED"):
            return
        assert self.file is not None
        begins = self.file.offset + rows * self.file.strides[0]
        ends, firsts = begins + self.file.strides[0], begins // mmap.PAGESIZE * mmap.PAGESIZE
        for first, size in zip(firsts.tolist(), (ends - firsts).tolist(), strict=True):
            mapped.madvise(mmap.MADV_WILLNEED, first, size)


def open_blocks(folder: Path, tokenizer: PreTrainedTokenizerBase | None = None) -> Blocks:
    """Map the arrays of one split's token folder into memory.

    Args:
        folder: contains the arrays, and pieces.json, the pieces of their ids.
        tokenizer: of the model that reads the blocks; None skips the check. If its vocabulary is a part of the
            folder's, ids are translated to it, and pieces it lacks become [UNK].

    Raises:
        PipelineError: the blocks are missing or damaged, or `tokenizer` has pieces that are not in the folder's
            vocabulary.
    """
    verify(folder)
    rows = _open(folder / "blocks.npy")
    # blocks of one tokenizer are cut from a stream, without gaps
    blocks = _pairs(rows) if rows.dtype.names else Blocks(rows, None, None, None, rows, padded=False)
    if tokenizer is None:
        return blocks
    pieces, vocabulary = read_json(folder / PIECES), tokenizer.get_vocab()
    if pieces == pieces_of(tokenizer):
        return blocks
    if not vocabulary.keys() <= set(pieces):
        raise PipelineError(f"{folder}: these blocks were cut with another vocabulary; run the tokenize stage again")
    table = np.array([vocabulary.get(piece, tokenizer.unk_token_id) for piece in pieces], dtype=np.uint16)
    assert isinstance(blocks.ids, np.ndarray)
    return replace(blocks, ids=Translated(blocks.ids, table))


def _pairs(records: np.memmap[Any, Any]) -> Blocks:
    """The columns of records, in which the largest word stands for none."""
    table = np.arange(1 << 8 * records["words"].itemsize).astype(np.int16)
    table[-1] = -1
    words, teacher_words = Translated(records["words"], table), Translated(records["teacher_words"], table)
    return Blocks(records["ids"], words, records["teacher_ids"], teacher_words, records)


def _open(path: Path) -> np.memmap[Any, Any]:
    try:
        array: np.memmap[Any, Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; run the tokenize stage") from None
    except ValueError as error:
        raise PipelineError(f"{path}: not a whole .npy array ({error}); run the tokenize stage again") from None
    return array
