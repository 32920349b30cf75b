from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.training.batches import take
from tinypt.training.objective import MlmObjective


def test_heads_at_masked_positions_give_the_loss_of_all_positions(
    tmp_path: Path, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    """The loss at gathered positions must equal the one transformers computes from labels."""
    write_blocks(texts, cased, 24, tmp_path)
    batch = take(open_blocks(tmp_path), np.arange(4), np.zeros(4, dtype=np.int64), torch.device("cpu"))
    objective = MlmObjective(teacher, SpecialIds.of(cased), weight=2.0).eval()
    masked = batch.mask(objective.special, 0.15, 0)
    terms = objective(batch, masked)
    labels = torch.full_like(batch.ids, -100).reshape(-1).scatter(0, masked.positions, masked.targets)
    attention = (masked.inputs != 0).long()
    expected = teacher(masked.inputs, attention_mask=attention, labels=labels.view_as(batch.ids)).loss.item()
    assert terms["mlm"].item() == pytest.approx(expected, rel=1e-5)
    assert terms["loss"].item() == pytest.approx(2 * expected, rel=1e-5)
    assert objective.counts(batch, masked)["mlm"] == (masked.targets != -100).sum()
