"""A tokenizer's pieces: their text and their place in a word.

Three marks are in use. WordPiece marks a piece that continues a word (##ção). SentencePiece (▁casa) and the byte-level
BPE of GPT-2 (Ġcasa) mark one that follows a blank; the latter writes each byte as a character.
"""

import numpy as np
from numpy.typing import NDArray
from tokenizers import models
from tokenizers.decoders import ByteLevel
from transformers import PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError

PIECES = "pieces.json"  # in a folder of token blocks: the pieces by id. They may hold line feeds, unlike a vocab.txt
LARGEST_VOCABULARY = 1 << 16  # pieces: token blocks hold ids of 16 bits
CONTINUATION, BLANK, BYTE_BLANK = "##", "▁", "Ġ"


def pieces_of(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """A tokenizer's pieces in the order of their ids."""
    return [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]


def is_wordpiece(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether a tokenizer cuts words as BERT's does, with ## before a piece that continues one."""
    return isinstance(tokenizer.backend_tokenizer.model, models.WordPiece)


def check_vocabulary(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Check that a vocabulary fits 16-bit token files.

    Raises:
        PipelineError: it has more than `LARGEST_VOCABULARY` entries.
    """
    if len(tokenizer) > LARGEST_VOCABULARY:
        raise PipelineError(
            f"{name}: a vocabulary of {len(tokenizer):,} does not fit 16-bit token files ({LARGEST_VOCABULARY:,})"
        )


def piece_texts(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """The text of each piece without its mark, by id; the piece itself where no text is left.

    A byte-level piece that cuts a character in two has U+FFFD for its part.
    """
    pieces = pieces_of(tokenizer)
    mark = _mark(tokenizer, pieces)
    if mark == BYTE_BLANK:
        decode = ByteLevel().decode
        return [decode([piece]).strip() or piece for piece in pieces]
    return [piece.removeprefix(mark) or piece for piece in pieces]


def continues_word(tokenizer: PreTrainedTokenizerBase) -> NDArray[np.bool_]:
    """True for each piece that continues a word, bool [vocabulary]; False for special tokens.

    With SentencePiece and byte-level BPE a word reaches to the next blank: it includes punctuation after it.
    """
    pieces = pieces_of(tokenizer)
    mark = _mark(tokenizer, pieces)
    marked = np.array([piece.startswith(mark) for piece in pieces])
    found: NDArray[np.bool_] = marked if mark == CONTINUATION else ~marked
    found[tokenizer.all_special_ids] = False
    return found


def without_blank(text: str, spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """Spans [n, 2] of characters in `text` without the blank that some tokenizers count to the piece after it."""
    blanks = np.array([char.isspace() for char in text] + [False])
    starts, ends = spans.T
    return np.stack([starts + (blanks[starts] & (starts < ends)), ends], axis=1)


def _mark(tokenizer: PreTrainedTokenizerBase, pieces: list[str]) -> str:
    if is_wordpiece(tokenizer):
        return CONTINUATION
    return BYTE_BLANK if any(piece.startswith(BYTE_BLANK) for piece in pieces) else BLANK
