"""Masked language modelling measured over words: two numbers that compare between tokenizers.

Every model is scored on the same words of the same sentences, those that neither lower-casing nor the
removal of accents changes: an uncased model predicts an easier string for all others.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tinypt.errors import PipelineError
from tinypt.evaluation.subject import Pieces, Subject, length_sorted, pad
from tinypt.modeling.forward import encode, score
from tinypt.progress import Progress

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n")
WORD = re.compile(r"[^\W_]+")  # the runs of letters and digits that BERT's pre-tokenizer never joins or divides
SHORTEST, LONGEST = 5, 30  # words of a sentence: enough context, and short enough for every model's positions


@dataclass(frozen=True)
class Query:
    """One pass: sentence number, the piece asked for, the end of its word (exclusive), the word's number."""

    sentence: int
    piece: int
    end: int
    word: int


def sample_sentences(documents: Iterable[str], count: int, seed: int) -> list[str]:
    """One sentence each of at most `count` documents chosen by the seed, 5 to 30 words long, in NFC.

    Documents are chosen in one pass (reservoir sampling), half as many again as needed, since some hold no
    sentence of that length.

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
    """`text` as an uncased BERT sees it: lower case, without accents."""
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(char) != "Mn")


@torch.no_grad()
def word_scores(subject: Subject, sentences: list[str]) -> dict[str, float | int]:
    """Bits per character and accuracy of predicting each word from the rest of its sentence.

    Each piece of a word is predicted with itself and the word's later pieces masked (PLL-word-l2r;
    Kauf and Ivanova 2023). A word is right if each of its pieces is the most probable one, which is what
    greedy decoding from left to right would give; case and accents are not held against a prediction.

    Returns:
        `bits_per_character`, where a word counts one character more than it has, for its separator;
        `accuracy` over words; and the `words`, `characters` and `unknown_words` (words with an [UNK] piece:
        never right, and only the cost of [UNK] is charged). `words` is the same for all models, unless one
        has too few positions for a sentence.

    Raises:
        PipelineError: no word of the sentences can be scored.
    """
    pieces, queries, lengths = _queries(subject, sentences)
    if not lengths:
        raise PipelineError(f"{subject.name}: none of {len(sentences)} test sentences has a word that can be scored")
    log_probabilities, hits, unknown = np.zeros(len(lengths)), np.ones(len(lengths), bool), np.zeros(len(lengths), bool)
    folded = _folded_vocabulary(subject)
    progress = Progress(f"{subject.name}: words", "pieces", len(queries))
    asked = np.array([len(pieces.ids[query.sentence]) for query in queries], dtype=np.int64)
    for rows in length_sorted(asked):
        batch = [queries[row] for row in rows]
        ids, _ = pad(pieces, np.array([query.sentence for query in batch]), subject)
        positions = torch.tensor([query.piece for query in batch], device=subject.device)
        targets = ids.gather(1, positions[:, None])
        for row, query in enumerate(batch):
            ids[row, query.piece : query.end] = subject.special.mask
        offsets = torch.arange(len(batch), device=subject.device) * ids.shape[1]
        logits = score(subject.model, encode(subject.model, ids, subject.special), offsets + positions)
        chosen = logits.log_softmax(dim=1).gather(1, targets)[:, 0].double().cpu().numpy()
        wanted, best = targets[:, 0].cpu().numpy(), logits.argmax(dim=1).cpu().numpy()
        words = np.array([query.word for query in batch])
        np.add.at(log_probabilities, words, chosen)
        unknown[words[wanted == subject.tokenizer.unk_token_id]] = True
        hits[words[folded[best] != folded[wanted]]] = False
        progress.add(len(batch))
    progress.close()
    characters = int(sum(lengths)) + len(lengths)
    return {
        "bits_per_character": -float(log_probabilities.sum()) / math.log(2) / characters,
        "accuracy": float((hits & ~unknown).mean()),
        "words": len(lengths),
        "characters": characters,
        "unknown_words": int(unknown.sum()),
    }


def _queries(subject: Subject, sentences: list[str]) -> tuple[Pieces, list[Query], list[int]]:
    """The sentences in pieces, a query for each piece of each word to score, and the words' lengths."""
    encoded = subject.tokenizer(
        sentences,
        truncation=True,
        max_length=subject.model.config.max_position_embeddings,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    queries: list[Query] = []
    lengths: list[int] = []
    for number, (sentence, offsets) in enumerate(zip(sentences, encoded["offset_mapping"], strict=True)):
        starts = {start: index for index, (start, end) in enumerate(offsets) if end > start}
        ends = {end: index + 1 for index, (start, end) in enumerate(offsets) if end > start}
        for match in WORD.finditer(sentence):
            first, end = starts.get(match.start()), ends.get(match.end())
            if first is None or end is None or fold(match.group()) != match.group():
                continue
            queries += [Query(number, piece, end, len(lengths)) for piece in range(first, end)]
            lengths.append(len(match.group()))
    return Pieces(encoded["input_ids"], encoded["token_type_ids"]), queries, lengths


def _folded_vocabulary(subject: Subject) -> NDArray[np.int64]:
    """For each id a number that pieces share if they differ in case and accents only: int64 [vocabulary]."""
    pieces = [""] * subject.model.config.vocab_size
    for piece, index in subject.tokenizer.get_vocab().items():
        pieces[index] = piece if index in subject.special.special else fold(piece)
    return np.unique(pieces, return_inverse=True)[1]
