"""Beam search against the enumeration of all completions, in a vocabulary small enough for it."""

from itertools import product

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from tinypt.evaluation.language.completion import BEAMS, Gap, complete
from tinypt.evaluation.model import EvaluatedModel, Pieces
from tinypt.tokens.masking import SpecialIds

SIZE, MASK = 12, 4
SENTENCES = [[2, 6, 7, 8, 9, 3], [2, 10, 5, 3], [2, 11, 6, 6, 7, 10, 9, 3]]
GAPS = [Gap(0, 1, 2), Gap(0, 2, 4), Gap(1, 1, 3), Gap(2, 3, 6), Gap(2, 6, 7), Gap(0, 3, 5)]


@pytest.fixture
def small() -> EvaluatedModel:
    """A random model of twelve pieces; its tokenizer is never used."""
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=SIZE,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
    )
    model = BertForMaskedLM(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(8.0 if weight.ndim > 1 else 1.0)  # to make predictions far from uniform
    special = SpecialIds(SIZE, MASK, 0, (0, 1, 2, 3, MASK))
    return EvaluatedModel("small", model, None, special, torch.device("cpu"), 16)  # type: ignore[arg-type]


def reference(evaluated: EvaluatedModel, gap: Gap, prefix: tuple[int, ...]) -> np.ndarray:
    """Log-probabilities of the next piece, float64 [vocabulary], computed in double precision."""
    ids = list(SENTENCES[gap.sentence])
    ids[gap.start : gap.end] = [*prefix, *[MASK] * (gap.end - gap.start - len(prefix))]
    with torch.no_grad():
        logits = evaluated.model.double()(input_ids=torch.tensor([ids])).logits[0, gap.start + len(prefix)]
    evaluated.model.float()
    return logits.log_softmax(0).numpy()


def enumerated(evaluated: EvaluatedModel, gap: Gap, folded: np.ndarray) -> list[tuple[int, ...]]:
    """The five best completions by beam search in double precision, folded; directly from the definition."""
    beams: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for _ in range(gap.end - gap.start):
        best: dict[tuple[int, ...], tuple[float, tuple[int, ...]]] = {}
        for total, prefix in beams:
            for piece, more in enumerate(reference(evaluated, gap, prefix)):
                key = tuple(folded[[*prefix, piece]])
                best[key] = max(best.get(key, (-np.inf, ())), (total + more, (*prefix, piece)))
        beams = sorted(best.values(), reverse=True)[:BEAMS]
    return [tuple(folded[list(prefix)]) for _, prefix in beams]


@pytest.mark.parametrize("folded", [np.arange(SIZE), np.array([0, 1, 2, 3, 4, 5, 5, 5, 8, 8, 10, 11])])
def test_the_search_matches_the_enumeration(small: EvaluatedModel, folded: np.ndarray) -> None:
    completed = complete(small, Pieces(SENTENCES, [[0] * len(ids) for ids in SENTENCES]), GAPS, folded)
    for number, gap in enumerate(GAPS):
        truth = SENTENCES[gap.sentence][gap.start : gap.end]
        expected = sum(reference(small, gap, tuple(truth[:place]))[piece] for place, piece in enumerate(truth))
        assert completed.log_probability[number] == pytest.approx(expected, abs=1e-4)
        words = enumerated(small, gap, folded)
        wanted = tuple(folded[truth])
        assert completed.rank[number] == (words.index(wanted) if wanted in words else BEAMS)


def test_a_word_of_one_piece_is_ranked_in_the_vocabulary(small: EvaluatedModel) -> None:
    gaps = [Gap(0, place, place + 1) for place in range(1, 5)]
    completed = complete(small, Pieces(SENTENCES, [[0] * len(ids) for ids in SENTENCES]), gaps, np.arange(SIZE))
    for gap, rank in zip(gaps, completed.rank, strict=True):
        ordered = np.argsort(-reference(small, gap, ())).tolist()
        assert rank == min(ordered.index(SENTENCES[0][gap.start]), BEAMS)


def test_five_words_have_a_rank_and_all_probabilities_sum_to_one(small: EvaluatedModel) -> None:
    gap, everything = Gap(0, 2, 4), np.arange(SIZE)
    words = list(product(range(SIZE), repeat=2))
    found: dict[int, tuple[int, ...]] = {}
    total = 0.0
    for word in words:
        ids = [*SENTENCES[0][:2], *word, *SENTENCES[0][4:]]
        completed = complete(small, Pieces([ids], [[0] * 6]), [gap], everything)
        total += float(np.exp(completed.log_probability[0]))
        if (rank := int(completed.rank[0])) < BEAMS:
            assert rank not in found
            found[rank] = word
    assert [found[rank] for rank in range(BEAMS)] == enumerated(small, gap, everything)
    assert total == pytest.approx(1.0, abs=1e-5)


def test_no_gaps_give_no_results(small: EvaluatedModel) -> None:
    assert len(complete(small, Pieces(SENTENCES, SENTENCES), [], np.arange(SIZE)).rank) == 0
