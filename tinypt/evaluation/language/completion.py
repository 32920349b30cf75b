"""Filling in masked words: the probability of the true word, and its rank among the model's own completions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tinypt.evaluation.model import EvaluatedModel, Pieces, length_sorted, pad
from tinypt.modeling.forward import encode, score
from tinypt.runtime.progress import Progress

BEAMS = 5  # beam width, and therefore the number of completions of each word


@dataclass(frozen=True)
class Gap:
    """Position of a masked word.

    sentence: number of the sentence.
    start, end: its pieces are start, ..., end - 1 of the sentence.
    """

    sentence: int
    start: int
    end: int


@dataclass(frozen=True)
class Completed:
    """Results for each gap, arrays [gaps].

    log_probability: of the true word, in nats, float64. Each piece is predicted with itself and the word's later pieces
        masked (PLL-word-l2r; Kauf and Ivanova 2023).
    rank: of the true word among the model's BEAMS best completions, from 0, int64; BEAMS if it is not among them.
    """

    log_probability: NDArray[np.float64]
    rank: NDArray[np.int64]


@dataclass(frozen=True)
class _Step:
    """Log-probability of the true next piece, and the BEAMS best next pieces with their own, best first."""

    truth: float
    best: list[tuple[int, float]]


Prefix = tuple[int, ...]  # the first pieces of a completion


@torch.no_grad()
def complete(evaluated: EvaluatedModel, pieces: Pieces, gaps: list[Gap], folded: NDArray[np.int64]) -> Completed:
    """Fill each gap by beam search from left to right, with as many pieces as the true word has.

    The search of a gap stops when the beam no longer holds the beginning of the true word: its rank is then known.

    Args:
        evaluated: the model.
        pieces: the sentences.
        gaps: the words to fill in, each with all other words visible.
        folded: int64 [vocabulary], with equal numbers for pieces that count as the same. Only the most probable of such
            pieces is kept, so the completions of a word differ from each other.
    """
    truth = [tuple(pieces.ids[gap.sentence][gap.start : gap.end]) for gap in gaps]
    log_probability, rank = np.zeros(len(gaps)), np.full(len(gaps), BEAMS, dtype=np.int64)
    beams: list[dict[Prefix, float]] = [{(): 0.0} for _ in gaps]
    progress = Progress(f"{evaluated.name}: words", "pieces")
    for length in range(max(map(len, truth), default=0)):
        unfinished = [gap for gap in range(len(gaps)) if len(truth[gap]) > length]
        queries = [(gap, prefix) for gap in unfinished for prefix in {truth[gap][:length]: None, **beams[gap]}]
        steps = dict(_steps(evaluated, pieces, gaps, truth, queries, folded, progress))
        for gap in unfinished:
            known, wanted = truth[gap][:length], folded[list(truth[gap][: length + 1])].tolist()
            log_probability[gap] += steps[gap, known].truth
            found = [
                (total + more, (*prefix, piece))
                for prefix, total in beams[gap].items()
                for piece, more in steps[gap, prefix].best
            ]
            best = sorted(found, key=lambda one: -one[0])[:BEAMS]
            places = [place for place, (_, prefix) in enumerate(best) if folded[list(prefix)].tolist() == wanted]
            beams[gap] = {prefix: total for total, prefix in best} if places else {}
            if places and len(wanted) == len(truth[gap]):
                rank[gap] = places[0]
    progress.close()
    return Completed(log_probability, rank)


def _steps(
    evaluated: EvaluatedModel,
    pieces: Pieces,
    gaps: list[Gap],
    truth: list[Prefix],
    queries: list[tuple[int, Prefix]],
    folded: NDArray[np.int64],
    progress: Progress,
) -> Iterator[tuple[tuple[int, Prefix], _Step]]:
    """Predict the next piece for each query, a gap and the prefix in it; the rest of the gap is masked."""
    candidates = min(BEAMS * int(np.bincount(folded).max()), len(folded))  # enough to include BEAMS different pieces
    sentences = np.array([gaps[gap].sentence for gap, _ in queries])
    lengths = pieces.lengths()
    for rows in length_sorted(lengths[sentences]):
        ids, _ = pad(pieces, sentences[rows], evaluated)
        batch = [queries[row] for row in rows]
        for line, (gap, prefix) in zip(ids, batch, strict=True):
            place = gaps[gap].start + len(prefix)
            line[gaps[gap].start : place] = torch.tensor(prefix, device=evaluated.device)
            line[place : gaps[gap].end] = evaluated.special.mask
        positions = torch.tensor([gaps[gap].start + len(prefix) for gap, prefix in batch], device=evaluated.device)
        targets = torch.tensor([truth[gap][len(prefix)] for gap, prefix in batch], device=evaluated.device)
        offsets = torch.arange(len(batch), device=evaluated.device) * ids.shape[1]
        logits = score(evaluated.model, encode(evaluated.model, ids, evaluated.special), offsets + positions)
        total = logits.logsumexp(dim=1, keepdim=True)
        true = (logits.gather(1, targets[:, None]) - total).double().cpu().numpy()[:, 0]
        values, indices = logits.topk(candidates, dim=1)
        best, chosen = (values - total).double().cpu().numpy(), indices.cpu().numpy()
        for row, query in enumerate(batch):
            yield query, _Step(float(true[row]), _different(chosen[row], best[row], folded))
        progress.add(len(batch))


def _different(
    pieces: NDArray[np.int64], log_probabilities: NDArray[np.float64], folded: NDArray[np.int64]
) -> list[tuple[int, float]]:
    """The first BEAMS pieces that differ from each other when folded, with their log-probabilities."""
    found: dict[int, tuple[int, float]] = {}
    for piece, value in zip(pieces.tolist(), log_probabilities.tolist(), strict=True):
        found.setdefault(int(folded[piece]), (piece, value))
        if len(found) == BEAMS:
            break
    return list(found.values())
