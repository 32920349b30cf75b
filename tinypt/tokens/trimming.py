"""Trimming a tokenizer's vocabulary to the pieces that a corpus uses, and mapping ids between vocabularies."""

import json
import unicodedata

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.pieces import CONTINUATION, is_wordpiece, pieces_of
from tinypt.tokens.vocabulary import make_tokenizer

UNLIKE_BERT = "vocabulary: trimmed needs a tokenizer that cuts text as BERT's does; take full"
LATIN = {"LATIN", "COMBINING", "MODIFIER", "FEMININE", "MASCULINE", "MICRO"}  # first words of names: letters, ª, º, µ


def trim(tokenizer: PreTrainedTokenizerBase, counts: NDArray[np.int64]) -> PreTrainedTokenizerBase:
    """Remove the pieces that do not occur, by `counts`, int64 [vocabulary], and those with letters that are not Latin.

    Any text in Latin letters that `tokenizer` can spell can still be spelt. Single characters are therefore kept even
    if they do not occur, and so are pieces with a character that no single-character piece spells. (In BERTimbau's
    vocabulary, for example, no such piece lets a word begin with q.) A word whose pieces are all kept is cut as before,
    since the longest match is the same. Other words are cut into smaller pieces; words with other letters become [UNK].

    Pieces keep their order, and ids have no gaps.

    Raises:
        PipelineError: the tokenizer is not BERT's (WordPiece over BERT's words).
    """
    if not is_wordpiece(tokenizer):
        raise PipelineError(UNLIKE_BERT)
    pieces = pieces_of(tokenizer)
    every, special = set(pieces), set(tokenizer.all_special_tokens)
    kept = [
        piece
        for index, piece in enumerate(pieces)
        if piece in special or (not _foreign(piece) and (counts[index] > 0 or not _replaceable(piece, every)))
    ]
    normalizer = json.loads(tokenizer.backend_tokenizer.to_str())["normalizer"] or {}
    vocabulary = {piece: index for index, piece in enumerate(kept)}
    trimmed = make_tokenizer(vocabulary, not normalizer.get("lowercase", False), tokenizer.model_max_length)
    if _settings(trimmed) != _settings(tokenizer):
        raise PipelineError(UNLIKE_BERT)
    return trimmed


def ids_in(tokenizer: PreTrainedTokenizerBase, other: PreTrainedTokenizerBase) -> NDArray[np.int64] | None:
    """The id in `other` of each piece of `tokenizer`, int64 [vocabulary]; None if `other` lacks one of them."""
    vocabulary = other.get_vocab()
    ids = np.empty(len(tokenizer), dtype=np.int64)
    for piece, index in tokenizer.get_vocab().items():
        if piece not in vocabulary:
            return None
        ids[index] = vocabulary[piece]
    return ids


def _replaceable(piece: str, pieces: set[str]) -> bool:
    """Whether a piece has several characters, each of which is also a piece alone."""
    body = piece.removeprefix(CONTINUATION)
    first = CONTINUATION if piece.startswith(CONTINUATION) else ""
    singles = {first + body[:1], *(CONTINUATION + char for char in body[1:])}
    return len(body) > 1 and singles <= pieces


def _foreign(piece: str) -> bool:
    """Whether a piece has a letter, or a letter's mark, of a script that is not Latin."""
    return any(
        unicodedata.category(char)[0] in "LM" and unicodedata.name(char, "").split(" ")[0] not in LATIN
        for char in piece
    )


def _settings(tokenizer: PreTrainedTokenizerBase) -> object:
    """A tokenizer's normalizer, pre-tokenizer and model, without the vocabulary."""
    parts = json.loads(tokenizer.backend_tokenizer.to_str())
    model = {key: value for key, value in parts["model"].items() if key != "vocab"}
    return parts["normalizer"], parts["pre_tokenizer"], model
