"""A release promises only the positions that training has used."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tests.training.test_loop import OPTIONS
from tinypt.modeling.bert import random_bert
from tinypt.modeling.forward import CPU
from tinypt.params.models import Architecture
from tinypt.release.positions import cut_positions
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import SpecialIds
from tinypt.training.loop import train
from tinypt.training.objective import MlmObjective

TRAINED, POSITIONS = 16, 32
CLS, SEP, PIECES = 2, 3, 10
TRAINING = replace(
    OPTIONS, epochs=16.0, batch_size=16, learning_rate=5e-3, weight_decay=0.0, mask_probability=(0.3, 0.3)
)


def counting(length: int) -> np.ndarray:
    """Blocks that count: from a random piece on, each piece is the one before plus one, modulo PIECES."""
    ids = 5 + (np.arange(200)[:, None] + np.arange(length)) % PIECES
    ids[:, 0], ids[:, -1] = CLS, SEP
    return ids.astype(np.uint16)


@pytest.fixture(scope="module")
def trained(cased: PreTrainedTokenizerBase, tmp_path_factory: pytest.TempPathFactory) -> PreTrainedModel:
    """A model with twice as many positions as the blocks that it was trained on."""
    model = random_bert(Architecture(1, 32, 2, 64, POSITIONS, "neighbours"), cased, seed=1)
    objective, checkpoint = MlmObjective(model, SpecialIds.of(cased)), tmp_path_factory.mktemp("trained") / "state.pt"
    train(objective, Blocks(counting(TRAINED), None, None, None), TRAINING, 1, CPU, checkpoint, "test")
    return model.eval()


@torch.no_grad()
def losses(model: PreTrainedModel, mask: int) -> list[float]:
    """MLM loss at each position of the longest blocks that the model accepts, masked alone; not at [CLS] and [SEP]."""
    ids = torch.from_numpy(counting(model.config.max_position_embeddings).astype(np.int64))
    found = []
    for position in range(1, ids.shape[1] - 1):
        masked = ids.clone()
        masked[:, position] = mask
        logits = model(input_ids=masked).logits[:, position]
        found.append(float(functional.cross_entropy(logits, ids[:, position])))
    return found


def test_the_last_promised_position_is_like_its_neighbours(
    trained: PreTrainedModel, cased: PreTrainedTokenizerBase
) -> None:
    promised = losses(cut_positions(trained, TRAINED), cased.mask_token_id)
    before = losses(trained, cased.mask_token_id)
    assert len(promised) == TRAINED - 2
    assert promised[-1] < 1.1 * max(promised[:-1])
    assert before[-1] > 2 * max(promised)  # what the whole model promised


def test_cutting_changes_no_output(trained: PreTrainedModel) -> None:
    cut = cut_positions(trained, TRAINED)
    assert cut.config.max_position_embeddings == TRAINED
    assert trained.config.max_position_embeddings == POSITIONS
    ids = torch.randint(5, 100, (3, TRAINED), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.equal(cut(input_ids=ids).logits, trained(input_ids=ids).logits)
    assert cut.get_output_embeddings().weight is cut.get_input_embeddings().weight
    assert cut_positions(trained, POSITIONS) is trained
    assert cut_positions(trained, 2 * POSITIONS) is trained
