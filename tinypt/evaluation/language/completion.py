"""Filling in masked words: what a model gives the true word, and the words it would put there itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tinypt.evaluation.model import EvaluatedModel, Pieces, length_sorted, pad
from tinypt.modeling.forward import encode, score
from tinypt.runtime.progress import Progress

BEAMS = 5  # width of the search, and so the number of completions a word has


@dataclass(frozen=True)
class Gap:
    """A word's place: number of its sentence, and of its first piece and the one after its last in there."""

    sentence: int
    start: int
    end: int


@dataclass(frozen=True)
class Completed:
    """What became of each gap, arrays [gaps].

    log_probability: float64, of the true word in nats, PLL-word-l2r (Kauf and Ivanova 2023): each piece is predicted
        with itself and the word's later pieces masked.
    rank: int64, place of the true word among the model's BEAMS best completions, from 0; BEAMS where it is not there.
    """

    log_probability: NDArray[np.float64]
    rank: NDArray[np.int64]


@dataclass(frozen=True)
class _Answer:
    """Log-probability of the true next piece, and the BEAMS best pieces with theirs, best first."""

    truth: float
    best: list[tuple[int, float]]


Given = tuple[int, ...]  # the first pieces of a completion


@torch.no_grad()
def complete(evaluated: EvaluatedModel, pieces: Pieces, gaps: list[Gap], folded: NDArray[np.int64]) -> Completed:
    """Fill each gap by beam search from left to right, with as many pieces as the true word has.

    A gap is searched only as long as the beam holds the true word's beginning: its rank is settled then.

    Args:
        evaluated: the model.
        pieces: the sentences.
        gaps: the words, each to be filled with all others in sight.
        folded: int64 [vocabulary], equal for pieces that shall count as the same. Of those the most probable one
            stands for all, so that the completions of a word differ from each other.
    """
    truth = [tuple(pieces.ids[gap.sentence][gap.start : gap.end]) for gap in gaps]
    log_probability, rank = np.zeros(len(gaps)), np.full(len(gaps), BEAMS, dtype=np.int64)
    beams: list[dict[Given, float]] = [{(): 0.0} for _ in gaps]
    progress = Progress(f"{evaluated.name}: words", "pieces")
    for length in range(max(map(len, truth), default=0)):
        unfinished = [gap for gap in range(len(gaps)) if len(truth[gap]) > length]
        asked = [(gap, given) for gap in unfinished for given in {truth[gap][:length]: None, **beams[gap]}]
        answers = dict(_answers(evaluated, pieces, gaps, truth, asked, folded, progress))
        for gap in unfinished:
            known, wanted = truth[gap][:length], folded[list(truth[gap][: length + 1])].tolist()
            log_probability[gap] += answers[gap, known].truth
            found = [
                (sofar + more, (*given, piece))
                for given, sofar in beams[gap].items()
                for piece, more in answers[gap, given].best
            ]
            best = sorted(found, key=lambda one: -one[0])[:BEAMS]
            places = [place for place, (_, given) in enumerate(best) if folded[list(given)].tolist() == wanted]
            beams[gap] = {given: sofar for sofar, given in best} if places else {}
            if places and len(wanted) == len(truth[gap]):
                rank[gap] = places[0]
    progress.close()
    return Completed(log_probability, rank)


def _answers(
    evaluated: EvaluatedModel,
    pieces: Pieces,
    gaps: list[Gap],
    truth: list[Given],
    asked: list[tuple[int, Given]],
    folded: NDArray[np.int64],
    progress: Progress,
) -> Iterator[tuple[tuple[int, Given], _Answer]]:
    """What the model says comes next in each gap after the pieces given, the rest of the gap being masked."""
    candidates = min(BEAMS * int(np.bincount(folded).max()), len(folded))  # BEAMS different ones are always among them
    sentences = np.array([gaps[gap].sentence for gap, _ in asked])
    lengths = pieces.lengths()
    for rows in length_sorted(lengths[sentences]):
        ids, _ = pad(pieces, sentences[rows], evaluated)
        batch = [asked[row] for row in rows]
        for line, (gap, given) in zip(ids, batch, strict=True):
            place = gaps[gap].start + len(given)
            line[gaps[gap].start : place] = torch.tensor(given, device=evaluated.device)
            line[place : gaps[gap].end] = evaluated.special.mask
        positions = torch.tensor([gaps[gap].start + len(given) for gap, given in batch], device=evaluated.device)
        targets = torch.tensor([truth[gap][len(given)] for gap, given in batch], device=evaluated.device)
        offsets = torch.arange(len(batch), device=evaluated.device) * ids.shape[1]
        logits = score(evaluated.model, encode(evaluated.model, ids, evaluated.special), offsets + positions)
        total = logits.logsumexp(dim=1, keepdim=True)
        true = (logits.gather(1, targets[:, None]) - total).double().cpu().numpy()[:, 0]
        values, indices = logits.topk(candidates, dim=1)
        best, chosen = (values - total).double().cpu().numpy(), indices.cpu().numpy()
        for row, key in enumerate(batch):
            yield key, _Answer(float(true[row]), _different(chosen[row], best[row], folded))
        progress.add(len(batch))


def _different(
    pieces: NDArray[np.int64], log_probabilities: NDArray[np.float64], folded: NDArray[np.int64]
) -> list[tuple[int, float]]:
    """The first BEAMS pieces that differ from each other when folded."""
    found: dict[int, tuple[int, float]] = {}
    for piece, value in zip(pieces.tolist(), log_probabilities.tolist(), strict=True):
        found.setdefault(int(folded[piece]), (piece, value))
        if len(found) == BEAMS:
            break
    return list(found.values())
