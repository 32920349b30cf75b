"""Initial embedding tables for students whose tokenizer is not the base model's."""

import math
import re
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.pieces import CONTINUATION, continues_word, piece_texts

STD = 0.02  # BERT's initial standard deviation, the scale its other weights expect
# Of rows that a sentence teacher fills, next to a random encoder: their meaning outweighs the other weights. Next to
# `attend_to_neighbours` they have the usual size: longer rows would hide the positions, and MLM would not learn.
SENTENCE_STD = 0.05
ROLES = ("cls_token_id", "sep_token_id", "pad_token_id", "mask_token_id", "unk_token_id")
UNUSED = re.compile(r"\[unused\d+\]")
Weights = NDArray[np.int64] | NDArray[np.float64]
Encode = Callable[[list[str]], NDArray[np.float32]]  # texts to vectors [texts, width]


def pca_basis(table: Tensor, width: int, counts: Weights | None = None) -> Tensor:
    """Orthonormal basis, fp64 [width, hidden], of the first principal directions of a table [vocabulary, hidden].

    `counts`, [vocabulary], are the occurrences of each piece, or other weights. With them, each row is centred on the
    mean over occurrences and weighted by the square root of its share of them. Without them, all rows count alike.

    The basis consists of orthonormal mixtures of the directions (a type-IV Hartley transform), so that all dimensions
    carry similar variance. `attend_to_neighbours` uses the first dimensions for positions; unmixed, the first of them
    would hold the largest direction, which is mostly a piece's frequency.

    It is computed in float64 from the covariance matrix, so that the cost is linear in the vocabulary. The sign of
    each direction is fixed by its largest component, so that the result does not depend on the linear-algebra library.
    """
    centred = table.detach().double().cpu().numpy()
    if counts is None:
        centred = centred - centred.mean(axis=0)
    else:
        shares = counts / counts.sum()
        centred = (centred - shares @ centred) * np.sqrt(shares)[:, None]
    _, vectors = np.linalg.eigh(centred.T @ centred)
    directions = vectors[:, ::-1][:, :width].T
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(len(directions)), largest])[:, None]
    places = np.arange(width) + 0.5
    angles = 2 * np.pi / width * np.outer(places, places)
    return torch.from_numpy((np.cos(angles) + np.sin(angles)) / math.sqrt(width) @ directions)


def teacher_pca(table: Tensor, width: int, counts: Weights | None = None, std: float = STD) -> Tensor:
    """The teacher's embedding table reduced to `width` dimensions: fp32 [vocabulary, width].

    Every row is scaled to the average length of a random row of standard deviation `std`. In a teacher's table the most
    frequent pieces have the longest rows; a student that starts with those sees the pieces but hardly their positions.
    Frequency is in the student's output bias instead, which starts from it (see `build_student`).

    Teacher-derived tables follow GUIDE (2025), which closes about a quarter of the gap to the teacher in models larger
    than ours. `counts` as in `pca_basis`.
    """
    doubles = table.detach().double().cpu()
    mean = doubles.mean(dim=0) if counts is None else torch.from_numpy(counts / counts.sum()) @ doubles
    reduced = (doubles - mean) @ pca_basis(table, width, counts).T
    return (functional.normalize(reduced, dim=1) * (std * math.sqrt(width))).float()


def sentence_pca(
    encode: Encode,
    tokenizer: PreTrainedTokenizerBase,
    counts: NDArray[np.int64],
    random: Tensor,
    std: float,
) -> Tensor:
    """A table of the sentence teacher's vectors of the pieces, each read as a text: fp32 [vocabulary, width].

    The vectors are reduced as in `teacher_pca`. A piece counts with the square root of its frequency, so that common
    pieces shape the dimensions without filling them. Every row has the length of a random row of standard deviation
    `std`. Special and unused pieces are no text; they keep the direction of their random row.

    Args:
        encode: the sentence teacher; reads a piece without its mark (##, for example).
        tokenizer: the student's.
        counts: occurrences of each piece in the training blocks, int64 [vocabulary].
        random: random rows [vocabulary, width].
        std: of the rows.

    Raises:
        PipelineError: the sentence teacher is narrower than the student.
    """
    width = random.shape[1]
    special = set(tokenizer.all_special_ids)
    texts = {
        index: text
        for index, text in enumerate(piece_texts(tokenizer))
        if index not in special and not UNUSED.fullmatch(text)
    }
    ids = sorted(texts)
    vectors = torch.from_numpy(encode([texts[index] for index in ids]))
    if vectors.shape[1] < width:
        raise PipelineError(
            f"embeddings: sentence_teacher needs an encoder at least {width} wide; it has {vectors.shape[1]}"
        )
    rows = functional.normalize(random.detach().float(), dim=1) * (std * math.sqrt(width))
    rows[ids] = teacher_pca(vectors, width, np.sqrt(counts[ids] + 1.0), std)
    return rows


def fvt(table: Tensor, old: PreTrainedTokenizerBase, new: PreTrainedTokenizerBase) -> Tensor:
    """Fast vocabulary transfer (Gee et al. 2022): a new piece's row is the mean of its pieces' rows in `old`.

    A piece that continues a word (##ção) is tokenized as a continuation, not as a word. Special tokens take the row of
    the special token with the same role.

    Args:
        table: the old embedding table [old vocabulary, width].
        old: the tokenizer of `table`, WordPiece over BERT's words.
        new: the tokenizer of the result.

    Returns:
        fp32 [new vocabulary, width].
    """
    source = table.detach().float().cpu()
    rows = torch.empty(len(new), source.shape[1])
    for index, (text, continues) in enumerate(zip(piece_texts(new), continues_word(new), strict=True)):
        rows[index] = source[_old_pieces(text, bool(continues), old)].mean(dim=0)
    for role in ROLES:
        rows[getattr(new, role)] = source[getattr(old, role)]
    return rows


def _old_pieces(text: str, continues: bool, old: PreTrainedTokenizerBase) -> list[int]:
    backend = old.backend_tokenizer
    prefix = CONTINUATION if continues else ""
    folded = backend.normalizer.normalize_str(text).strip()
    # WordPiece takes the longest piece from the start; with a leading ## it takes continuations.
    return [token.id for token in backend.model.tokenize(prefix + folded)] or [old.unk_token_id]
