import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from tinypt.tokens.masking import SpecialIds, continuation_pieces, mask_by, mask_tokens, masked_positions

SPECIAL = SpecialIds(vocabulary=50, mask=4, pad=0, special=(0, 1, 2, 3, 4))


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _ids(blocks: int, length: int, seed: int) -> torch.Tensor:
    ids = torch.randint(5, 50, (blocks, length), generator=_generator(seed))
    ids[:, 0], ids[:, -1] = 2, 3
    return ids


@settings(max_examples=50, deadline=None)
@given(
    blocks=st.integers(1, 5),
    length=st.integers(8, 40),
    probability=st.floats(0.05, 0.5),
    seed=st.integers(0, 1000),
)
def test_masking_invariants(blocks: int, length: int, probability: float, seed: int) -> None:
    ids = _ids(blocks, length, seed)
    masked = mask_tokens(ids, SPECIAL, probability, _generator(seed))
    chosen = max(1, round(probability * length))
    assert masked.positions.shape == masked.targets.shape == (blocks * chosen,)
    assert len(set(masked.positions.tolist())) == blocks * chosen
    assert torch.equal(masked.targets, ids.reshape(-1)[masked.positions])
    assert not SPECIAL.is_special(masked.targets).any()
    untouched = torch.ones(blocks * length, dtype=torch.bool)
    untouched[masked.positions] = False
    assert torch.equal(masked.inputs.reshape(-1)[untouched], ids.reshape(-1)[untouched])


def test_the_seed_determines_the_masks() -> None:
    ids = _ids(4, 64, 0)
    first, again, other = (mask_tokens(ids, SPECIAL, 0.15, _generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.inputs, again.inputs)
    assert torch.equal(first.positions, again.positions)
    assert not torch.equal(first.positions, other.positions)


def test_eighty_ten_ten() -> None:
    ids = torch.full((400, 102), 7)
    ids[:, 0], ids[:, -1] = 2, 3
    masked = mask_tokens(ids, SPECIAL, 0.5, _generator(0))
    seen = masked.inputs.reshape(-1)[masked.positions]
    assert (seen == 4).float().mean().item() == pytest.approx(0.8 + 0.1 / 50, abs=0.01)
    assert (seen == 7).float().mean().item() == pytest.approx(0.1 + 0.1 / 50, abs=0.01)


def test_in_a_row_with_too_few_words_the_other_targets_do_not_count() -> None:
    ids = torch.zeros(2, 20, dtype=torch.long)
    ids[:, 0], ids[:, 3] = 2, 3
    ids[0, 1:3] = 9
    masked = mask_tokens(ids, SPECIAL, 0.2, _generator(0))
    assert (masked.targets.reshape(2, 4) != -100).sum(dim=1).tolist() == [2, 0]
    assert torch.equal(masked.inputs[1], ids[1])


@settings(max_examples=50, deadline=None)
@given(length=st.integers(8, 60), probability=st.floats(0.05, 0.5), seed=st.integers(0, 1000))
def test_whole_words_are_chosen_together(length: int, probability: float, seed: int) -> None:
    """As many positions as ever; only one word of a row may be chosen in part, and then from its start."""
    ids, continuations = _ids(3, length, seed), torch.arange(50) >= 25
    randoms = torch.rand(3, *ids.shape, generator=_generator(seed))
    count = masked_positions(probability, length)
    masked = mask_by(ids, SPECIAL, count, randoms, continuations)
    assert masked.targets.shape == (3 * count,)
    chosen = torch.zeros(ids.numel(), dtype=torch.bool)
    chosen[masked.positions] = True
    for row, picked in zip(ids.tolist(), chosen.view_as(ids).tolist(), strict=True):
        words: list[list[bool]] = []
        for piece, is_picked in zip(row[1:-1], picked[1:-1], strict=True):
            if piece < 25 or not words:  # a row may begin within a word
                words.append([])
            words[-1].append(is_picked)
        assert sum(map(sum, words)) == count
        assert all(word == sorted(word, reverse=True) for word in words)
        assert sum(len(set(word)) == 2 for word in words) <= 1
    more = mask_by(ids, SPECIAL, masked_positions(min(1.5 * probability, 0.7), length), randoms, continuations)
    assert set(masked.positions.tolist()) <= set(more.positions.tolist())


def test_without_continuations_whole_words_are_pieces() -> None:
    ids, randoms = _ids(4, 64, 0), torch.rand(3, 4, 64, generator=_generator(1))
    pieces, words = (mask_by(ids, SPECIAL, 10, randoms, table) for table in (None, torch.zeros(50, dtype=torch.bool)))
    assert torch.equal(pieces.inputs, words.inputs)
    assert torch.equal(pieces.positions, words.positions)


def test_continuations_of_a_tokenizer(cased: PreTrainedTokenizerBase) -> None:
    pieces = ["a", "##a", "[CLS]", "##o"]
    found = continuation_pieces(cased)[cased.convert_tokens_to_ids(pieces)]
    assert found.tolist() == [False, True, False, True]


def test_special_ids_of_a_tokenizer(cased: PreTrainedTokenizerBase) -> None:
    special = SpecialIds.of(cased)
    assert special.vocabulary == len(cased)
    assert set(special.special) == set(cased.all_special_ids)
