from pathlib import Path

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.pairs import write_pairs
from tinypt.training.batches import VALIDATION, Order, take


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 60), seed=st.integers(0, 9))
def test_every_epoch_shows_every_row_once_and_its_place_is_found(count: int, seed: int) -> None:
    order, places = Order(count, seed), np.arange(3 * count + 1)
    rows, epochs = order.rows(places)
    assert epochs.tolist() == [place // count for place in places]
    for epoch in range(3):
        assert sorted(rows[epochs == epoch]) == list(range(count))
    assert np.array_equal(order.places(rows, epochs), places)


def test_a_place_does_not_depend_on_the_others() -> None:
    order = Order(37, 1)
    expected = order.rows(np.arange(90))[0]
    assert [int(order.rows(np.array([place]))[0][0]) for place in reversed(range(90))] == expected[::-1].tolist()
    assert Order(37, 2).rows(np.arange(8))[0].tolist() != expected[:8].tolist()


def test_take_reads_all_sides_of_the_same_rows(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    write_pairs(texts, uncased, cased, 24, tmp_path)
    blocks = open_blocks(tmp_path)
    batch = take(blocks, np.array([5, 2]), np.array([1, 0]), torch.device("cpu"))
    assert batch.ids.dtype == torch.int64
    for tensor, array in (
        (batch.ids, blocks.ids),
        (batch.words, blocks.words),
        (batch.teacher_ids, blocks.teacher_ids),
        (batch.teacher_words, blocks.teacher_words),
    ):
        assert tensor is not None
        assert tensor.tolist() == array[[2, 5]].tolist()
    assert (batch.rows.tolist(), batch.epochs.tolist()) == ([2, 5], [0, 1])


def test_a_blocks_mask_depends_on_seed_epoch_and_row_alone(
    tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    write_blocks(texts, cased, 24, tmp_path)
    blocks, special, device = open_blocks(tmp_path), SpecialIds.of(cased), torch.device("cpu")

    def masked(rows: list[int], epoch: int, seed: int) -> torch.Tensor:
        batch = take(blocks, np.array(rows), np.full(len(rows), epoch), device)
        return batch.mask(special, 0.3, seed).inputs

    alone = masked([7], 0, 1)
    assert torch.equal(masked([1, 7, 9], 0, 1)[1], alone[0])
    for other in (masked([7], 1, 1), masked([7], VALIDATION, 1), masked([7], 0, 2)):
        assert not torch.equal(other, alone)
