"""Masked language modelling on held-out text."""

import math

import numpy as np
import torch
from torch.nn import functional

from tinypt.evaluation.model import BATCH, EvaluatedModel
from tinypt.modeling.forward import encode, score
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import mask_tokens

MASKED_SHARE = 0.15  # fixed, independent of training: losses at different shares do not compare


@torch.no_grad()
def mlm_scores(evaluated: EvaluatedModel, blocks: Blocks, count: int, seed: int) -> dict[str, float | int]:
    """Cross-entropy of masked pieces: 15 % of each block, masked 80/10/10 (Devlin et al. 2019).

    Losses compare only between models with the same tokenizer: shorter pieces are easier to predict.

    Args:
        evaluated: the model.
        blocks: held-out blocks, cut with the model's tokenizer.
        count: number of blocks to score, evenly spaced; all blocks if there are fewer.
        seed: of the masks, which are the same on every device.

    Returns:
        `loss`, the mean in nats per masked piece, and `masked_tokens`, their number.

    Raises:
        PipelineError: the blocks hold ids outside the model's vocabulary or nothing to mask, or the model's weights
            are not finite.
    """
    rows = np.linspace(0, len(blocks) - 1, min(count, len(blocks))).round().astype(np.int64)
    generator = torch.Generator().manual_seed(seed)
    progress = Progress(f"{evaluated.name}: mlm", "blocks", len(rows))
    loss, masked_tokens = 0.0, 0
    for start in range(0, len(rows), BATCH):
        ids = torch.from_numpy(blocks.ids[rows[start : start + BATCH]].astype(np.int64))
        if int(ids.max()) >= evaluated.model.config.vocab_size:
            raise PipelineError(
                f"{evaluated.name}: the token blocks hold the id {int(ids.max())}, but the model's vocabulary ends at "
                f"{evaluated.model.config.vocab_size - 1}: they were cut with another tokenizer"
            )
        masked = mask_tokens(ids, evaluated.special, MASKED_SHARE, generator)
        states = encode(evaluated.model, masked.inputs.to(evaluated.device), evaluated.special)
        logits = score(evaluated.model, states, masked.positions.to(evaluated.device))
        loss += float(functional.cross_entropy(logits, masked.targets.to(evaluated.device), reduction="sum"))
        masked_tokens += int((masked.targets >= 0).sum())
        progress.add(len(ids))
    progress.close()
    if masked_tokens == 0:
        raise PipelineError(f"{evaluated.name}: the token blocks hold nothing that can be masked")
    if not math.isfinite(loss):
        raise PipelineError(f"{evaluated.name}: the MLM loss is {loss}: the weights are damaged; train the model again")
    return {"loss": loss / masked_tokens, "masked_tokens": masked_tokens}
