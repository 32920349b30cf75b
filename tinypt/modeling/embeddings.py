"""Where a student's embedding table comes from when its tokenizer is not the base model's."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

STD = 0.02  # BERT's initial standard deviation, the scale its other weights expect


def pca_basis(table: Tensor, width: int, counts: NDArray[np.int64] | None = None) -> Tensor:
    """Basis of the first `width` principal directions of an embedding table [vocabulary, hidden]: [width, hidden].

    With `counts`, [vocabulary], how often each piece is used, they are those of the pieces as text uses
    them: a row is centred on the mean over uses and weighted by the square root of its share of them.

    The rows are not the directions themselves but orthonormal mixtures of all of them (a type-IV Hartley transform),
    so that no dimension carries much more variance than another. A start that keeps some dimensions for positions
    (`attend_to_neighbours`) would otherwise find the largest direction, mostly how frequent a piece is, in its first.

    Computed in float64 from the covariance matrix, so that the cost does not grow with the square of the
    vocabulary; the sign of each direction is fixed by its largest component, so that the result is the
    same whatever the linear-algebra library.
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


def teacher_pca(table: Tensor, width: int, counts: NDArray[np.int64] | None = None) -> Tensor:
    """The teacher's embedding table reduced to `width` dimensions: fp32 [vocabulary, width].

    Every row gets the length that a random one has on average: in a teacher's table the most used pieces are longest,
    and a student that starts with them sees which pieces there are and hardly where. How frequent a piece is stands in
    the output bias.

    Teacher-derived tables follow GUIDE (2025), which closes about a quarter of the gap to the teacher in
    models larger than ours. With `counts` the directions are those of the pieces as text uses them.
    """
    doubles = table.detach().double().cpu()
    mean = doubles.mean(dim=0) if counts is None else torch.from_numpy(counts / counts.sum()) @ doubles
    reduced = (doubles - mean) @ pca_basis(table, width, counts).T
    return (functional.normalize(reduced, dim=1) * (STD * math.sqrt(width))).float()


def fvt(table: Tensor, old: PreTrainedTokenizerBase, new: PreTrainedTokenizerBase) -> Tensor:
    """Fast vocabulary transfer (Gee et al. 2022): a new piece's row is the mean of its pieces' rows in `old`.

    A continuation piece (##ção) is tokenized as a continuation, which keeps it apart from the word it
    would be on its own. Special tokens take the row of their namesake.

    Args:
        table: the old embedding table [old vocabulary, width].
        old: the tokenizer that `table` belongs to.
        new: the tokenizer to make a table for.

    Returns:
        fp32 [new vocabulary, width].
    """
    source = table.detach().float().cpu()
    rows = torch.empty(len(new), source.shape[1])
    for piece, index in new.get_vocab().items():
        rows[index] = source[_old_pieces(piece, old)].mean(dim=0)
    return rows


def _old_pieces(piece: str, old: PreTrainedTokenizerBase) -> list[int]:
    if piece in old.all_special_tokens:
        return [old.convert_tokens_to_ids(piece)]
    backend = old.backend_tokenizer
    prefix = "##" if piece.startswith("##") else ""
    folded = backend.normalizer.normalize_str(piece.removeprefix(prefix)).strip()
    # WordPiece looks for the longest piece from the start, and a start of ## makes it a continuation.
    return [token.id for token in backend.model.tokenize(prefix + folded)] or [old.unk_token_id]
