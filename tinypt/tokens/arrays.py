"""Arrays of tokens on disk: writing them row by row, and mapping a split's arrays into memory."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.files import verify
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.vocabulary import pieces_of, read_pieces


class RowWriter:
    """Appends rows of a fixed width to a .npy file, flushing to disk as it goes."""

    HEADER = 128  # bytes; room for any row count, so that the header can be rewritten in place at the end

    def __init__(self, path: Path, width: int, dtype: type[np.generic]) -> None:
        """Open `path` for rows of `width` values of `dtype`."""
        self.width, self.dtype, self.rows = width, np.dtype(dtype), 0
        self._file = path.open("wb")
        self._file.write(b"\0" * self.HEADER)

    def append(self, rows: NDArray[Any]) -> None:
        """Append `rows`, an array [n, width]."""
        self._file.write(np.ascontiguousarray(rows, dtype=self.dtype).tobytes())
        self.rows += len(rows)

    def close(self) -> None:
        """Write the header, after which the file is a plain .npy array [rows, width]."""
        description = f"{{'descr': '{self.dtype.str}', 'fortran_order': False, 'shape': ({self.rows}, {self.width}), }}"
        self._file.seek(0)
        magic = b"\x93NUMPY\x01\x00" + (self.HEADER - 10).to_bytes(2, "little")
        self._file.write(magic + description.ljust(self.HEADER - 11).encode() + b"\n")
        self._file.close()


@dataclass(frozen=True)
class Relabelled:
    """Memory-mapped ids, uint16 [n, length], translated by `table` as rows are read."""

    ids: NDArray[np.uint16]
    table: NDArray[np.uint16]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.ids)

    def __getitem__(self, rows: Any) -> NDArray[np.uint16]:
        """Rows of ids in the new vocabulary."""
        found: NDArray[np.uint16] = self.table[self.ids[rows]]
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """[n, length]."""
        return self.ids.shape


@dataclass(frozen=True)
class Blocks:
    """The token blocks of one split, memory-mapped: `n` blocks of `length` tokens.

    ids: uint16 [n, length]; each row is [CLS] pieces [SEP], with padding at its end only. For a trimmed vocabulary
        they are translated as they are read.
    words: int16 [n, length] or None; index in the block of each piece's word. It is -1 for special tokens and for
        pieces of words whose boundaries differ between the two tokenizers.
    teacher_ids, teacher_words: the same text in the teacher's tokenizer, with the same word indices; or None.
    padded: whether a row may hold padding.
    """

    ids: NDArray[np.uint16] | Relabelled
    words: NDArray[np.int16] | None
    teacher_ids: NDArray[np.uint16] | None
    teacher_words: NDArray[np.int16] | None
    padded: bool = True

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.ids)

    @property
    def length(self) -> int:
        """Tokens in a block."""
        return int(self.ids.shape[1])


def open_blocks(folder: Path, tokenizer: PreTrainedTokenizerBase | None = None) -> Blocks:
    """Map the arrays of one split's token folder into memory.

    Args:
        folder: contains the arrays, and vocab.txt, the vocabulary of their ids.
        tokenizer: of the model that reads the blocks; None skips the check. If its vocabulary is a part of the
            folder's, ids are translated to it, and pieces it lacks become [UNK].

    Raises:
        PipelineError: the blocks are missing or damaged, or `tokenizer` has pieces that are not in the folder's
            vocabulary.
    """
    verify(folder)
    teacher_ids = _open_if_exists(folder / "teacher_blocks.npy")
    blocks = Blocks(
        ids=_open(folder / "blocks.npy"),
        words=_open_if_exists(folder / "words.npy"),
        teacher_ids=teacher_ids,
        teacher_words=_open_if_exists(folder / "teacher_words.npy"),
        padded=teacher_ids is not None,  # blocks of one tokenizer are cut from a stream, without gaps
    )
    if tokenizer is None:
        return blocks
    pieces, vocabulary = read_pieces(folder / "vocab.txt"), tokenizer.get_vocab()
    if pieces == pieces_of(tokenizer):
        return blocks
    if not vocabulary.keys() <= set(pieces):
        raise PipelineError(f"{folder}: these blocks were cut with another vocabulary; run the tokenize stage again")
    table = np.array([vocabulary.get(piece, tokenizer.unk_token_id) for piece in pieces], dtype=np.uint16)
    assert isinstance(blocks.ids, np.ndarray)
    return replace(blocks, ids=Relabelled(blocks.ids, table))


def _open(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise PipelineError(f"{path}: no such file; run the tokenize stage") from None
    except ValueError as error:
        raise PipelineError(f"{path}: not a whole .npy array ({error}); run the tokenize stage again") from None
    return array


def _open_if_exists(path: Path) -> NDArray[Any] | None:
    return _open(path) if path.exists() else None
