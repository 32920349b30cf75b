"""Masked language modelling over whole words: bits per character and accuracy, which compare between tokenizers.

Every model is scored on the same words of the same sentences. Only words that lower-casing and the removal of accents
leave unchanged are scored, because an uncased model would have to predict an easier string for the others.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinypt.evaluation.language.completion import BEAMS, Completed, Gap, complete
from tinypt.evaluation.model import EvaluatedModel, Pieces
from tinypt.modeling.types import longest_text
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.pieces import CONTINUATION, continues_word, piece_texts, pieces_of, without_blank

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n")
RUN = re.compile(r"[^\W_]+")  # of letters and digits
IDEOGRAPHS = "\u3400"  # the first of them; BERT makes a word of each
SHORTEST, LONGEST = 5, 30  # words in a sentence: enough context, and short enough for every model's positions


@dataclass(frozen=True)
class Word:
    """A word to score: the characters start, ..., end - 1 of the sentence with the number `sentence`."""

    sentence: int
    start: int
    end: int


@dataclass(frozen=True)
class WordScores:
    """One model's results for the words it can score.

    words: those that consist of whole pieces within the model's positions.
    lengths: their number of characters, int64 [words].
    completed: the model's completions, in the order of `words`.
    unknown: whether a word has an [UNK] piece, bool [words].
    """

    words: list[Word]
    lengths: NDArray[np.int64]
    completed: Completed
    unknown: NDArray[np.bool_]


def sample_sentences(documents: Iterable[str], count: int, seed: int) -> list[str]:
    """Sample at most `count` sentences of 5 to 30 words, in NFC, each from another document.

    Documents are sampled in one pass (reservoir sampling). The reservoir holds 1.5 * `count` documents, because some
    contain no sentence of that length.

    Raises:
        PipelineError: there is no such sentence.
    """
    random = np.random.default_rng(seed)
    chosen: list[str] = []
    room = count + count // 2
    for number, document in enumerate(documents):
        if number < room:
            chosen.append(document)
        elif (place := int(random.integers(number + 1))) < room:
            chosen[place] = document
    sentences = []
    for document in chosen:
        parts = SENTENCE_END.split(unicodedata.normalize("NFC", document))
        if fitting := [part for part in parts if SHORTEST <= len(part.split()) <= LONGEST]:
            sentences.append(fitting[int(random.integers(len(fitting)))])
    if not sentences:
        raise PipelineError(f"the test split holds no sentence of {SHORTEST} to {LONGEST} words; give more text")
    return sentences[:count]


def fold(text: str) -> str:
    """Convert `text` as an uncased BERT does: to lower case, without accents."""
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(char) != "Mn")


def find_words(sentences: list[str]) -> list[Word]:
    """Find the words to score from the text alone, so that they are the same for every model.

    A word is a run of letters and digits that BERT's pre-tokenizer never splits, regardless of the vocabulary: it is
    enclosed by white space or punctuation and contains no ideographs. Words that folding changes are left out.
    """
    words = []
    for number, sentence in enumerate(sentences):
        padded = f" {sentence} "
        for match in RUN.finditer(padded):
            text, around = match.group(), padded[match.start() - 1] + padded[match.end()]
            if all(map(_separates, around)) and max(text) < IDEOGRAPHS and fold(text) == text:
                words.append(Word(number, match.start() - 1, match.end() - 1))
    return words


def score_words(evaluated: EvaluatedModel, sentences: list[str], words: list[Word]) -> WordScores:
    """Predict each word from the rest of its sentence (see `complete`)."""
    encoded = evaluated.tokenizer(
        sentences,
        truncation=True,
        max_length=longest_text(evaluated.model.config),
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    pieces = Pieces(encoded["input_ids"], encoded["token_type_ids"])
    places = [_places(*row) for row in zip(sentences, encoded["offset_mapping"], strict=True)]
    starts = [{start: place for place, start, _ in reversed(row)} for row in places]
    ends = [{end: place + 1 for place, _, end in row} for row in places]
    spans = [(word, starts[word.sentence].get(word.start), ends[word.sentence].get(word.end)) for word in words]
    found = [(word, start, end) for word, start, end in spans if start is not None and end is not None]
    gaps = [Gap(word.sentence, start, end) for word, start, end in found]
    unknown = [evaluated.tokenizer.unk_token_id in pieces.ids[gap.sentence][gap.start : gap.end] for gap in gaps]
    completed = complete(evaluated, pieces, gaps, _folded_vocabulary(evaluated))
    lengths = np.array([word.end - word.start for word, _, _ in found], dtype=np.int64)
    return WordScores([word for word, _, _ in found], lengths, completed, np.array(unknown, dtype=np.bool_))


def word_scores(evaluated: EvaluatedModel, sentences: list[str]) -> dict[str, float | int]:
    """Bits per character and accuracy of predicting each word from the rest of its sentence.

    Returns:
        - `bits_per_character`, by PLL-word-l2r. Each word counts one extra character for its separator.
        - `accuracy` and `accuracy_at_5`: share of words that are the best, or among the five best, completions with
          the same number of pieces, found by beam search from left to right. Case and accents are ignored.
        - `words` and `characters`: the totals that these are computed over.
        - `unknown_words`: words with an [UNK] piece. They count as wrong, and only the bits of [UNK] are charged.
        - `unscored_words`: words that the model cannot score. Unless this is 0, its scores cover fewer words than those
          of other models.

    Raises:
        PipelineError: no word of the sentences can be scored.
    """
    words = find_words(sentences)
    scores = score_words(evaluated, sentences, words)
    if not scores.words:
        raise PipelineError(f"{evaluated.name}: none of {len(sentences)} test sentences has a word that can be scored")
    characters = int(scores.lengths.sum()) + len(scores.words)
    rank = np.where(scores.unknown, BEAMS, scores.completed.rank)
    return {
        "bits_per_character": -float(scores.completed.log_probability.sum()) / math.log(2) / characters,
        "accuracy": float((rank == 0).mean()),
        "accuracy_at_5": float((rank < BEAMS).mean()),
        "words": len(scores.words),
        "characters": characters,
        "unknown_words": int(scores.unknown.sum()),
        "unscored_words": len(words) - len(scores.words),
    }


def _places(sentence: str, offsets: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The place, start and end of each piece that stands for text; the blank before it is not counted to it."""
    spans = without_blank(sentence, np.array(offsets, dtype=np.int64)).tolist()
    return [(place, *span) for place, span in enumerate(spans) if offsets[place][0] < offsets[place][1]]


def _separates(char: str) -> bool:
    """Whether BERT's pre-tokenizer ends a word at `char`, which is not a letter or digit.

    White space and punctuation, including ASCII symbols, end a word. Other symbols (20°C) and invisible characters do
    not.
    """
    category = unicodedata.category(char)
    return char in "\t\n\r" or " " <= char <= "~" or category == "Zs" or category[0] == "P"


def _folded_vocabulary(evaluated: EvaluatedModel) -> NDArray[np.int64]:
    """A number for each id, equal for pieces that differ only in case and accents: int64 [vocabulary]."""
    tokenizer = evaluated.tokenizer
    names = [""] * evaluated.model.config.vocab_size
    continues = continues_word(tokenizer)
    for index, (piece, text) in enumerate(zip(pieces_of(tokenizer), piece_texts(tokenizer), strict=True)):
        plain = fold(text)  # a lone accent folds to nothing; it keeps its own number, and so does a part of a character
        alone = not plain or "\ufffd" in plain or index in evaluated.special.special
        names[index] = piece if alone else f"{CONTINUATION if continues[index] else ''}{plain}"
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
