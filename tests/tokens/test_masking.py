import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from tinypt.tokens.masking import SpecialIds, mask_tokens

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


def test_special_ids_of_a_tokenizer(cased: PreTrainedTokenizerBase) -> None:
    special = SpecialIds.of(cased)
    assert special.vocabulary == len(cased)
    assert set(special.special) == set(cased.all_special_ids)
