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
@given(count=st.integers(1, 60), batch_size=st.integers(1, 20), seed=st.integers(0, 9))
def test_every_epoch_shows_every_block_once(count: int, batch_size: int, seed: int) -> None:
    order = Order(count, batch_size, seed)
    steps = 3 * count // batch_size + 1
    seen = np.concatenate([order.blocks(step)[0] for step in range(steps)])
    for epoch in range(len(seen) // count):
        assert sorted(seen[epoch * count : (epoch + 1) * count]) == list(range(count))


def test_a_step_does_not_depend_on_the_steps_before() -> None:
    expected = [Order(37, 8, 1).blocks(step)[0].tolist() for step in range(12)]
    backwards = Order(37, 8, 1)
    assert [backwards.blocks(step)[0].tolist() for step in reversed(range(12))] == expected[::-1]
    assert Order(37, 8, 2).blocks(0)[0].tolist() != expected[0]


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
