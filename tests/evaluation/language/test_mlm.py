import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from tinypt.evaluation.language.mlm import mlm_scores
from tinypt.evaluation.model import EvaluatedModel
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import Blocks


def make_blocks(evaluated: EvaluatedModel, texts: list[str], count: int = 100) -> Blocks:
    stream = evaluated.tokenizer(" ".join(texts), add_special_tokens=False)["input_ids"]
    body = np.resize(np.array(stream, dtype=np.uint16), (count, 30))
    edges = np.full((count, 1), evaluated.tokenizer.cls_token_id), np.full((count, 1), evaluated.tokenizer.sep_token_id)
    ids = np.hstack([edges[0], body, edges[1]]).astype(np.uint16)
    return Blocks(ids, None, None, None)


def test_the_loss_of_a_uniform_model_is_the_logarithm_of_its_vocabulary(
    evaluated: EvaluatedModel, texts: list[str]
) -> None:
    with torch.no_grad():
        evaluated.model.get_output_embeddings().weight.zero_()
        evaluated.model.cls.predictions.bias.zero_()
    scores = mlm_scores(evaluated, make_blocks(evaluated, texts), 100, seed=1)
    assert scores["loss"] == pytest.approx(math.log(evaluated.model.config.vocab_size), rel=1e-5)
    assert scores["masked_tokens"] == 100 * 5  # round(0.15 * 32) in each block


def test_masks_depend_only_on_the_seed(evaluated: EvaluatedModel, texts: list[str]) -> None:
    blocks = make_blocks(evaluated, texts)
    first = mlm_scores(evaluated, blocks, 70, seed=1)
    assert mlm_scores(evaluated, blocks, 70, seed=1) == first
    assert mlm_scores(evaluated, blocks, 70, seed=2) != first


def test_scored_blocks_are_evenly_spaced(evaluated: EvaluatedModel, texts: list[str]) -> None:
    blocks = make_blocks(evaluated, texts)
    spread = Blocks(blocks.ids[[0, 33, 66, 99]], None, None, None)
    assert mlm_scores(evaluated, blocks, 4, seed=1) == mlm_scores(evaluated, spread, 4, seed=1)
    assert mlm_scores(evaluated, spread, 1000, seed=1)["masked_tokens"] == 4 * 5


def test_blocks_of_another_tokenizer_are_refused(evaluated: EvaluatedModel, texts: list[str]) -> None:
    blocks = make_blocks(evaluated, texts)
    blocks.ids[50, 3] = evaluated.model.config.vocab_size
    with pytest.raises(PipelineError, match=r"teacher: .* they were cut with another tokenizer"):
        mlm_scores(evaluated, blocks, 100, seed=1)


def test_blocks_of_only_special_tokens_are_refused(evaluated: EvaluatedModel) -> None:
    blocks = Blocks(np.full((3, 32), evaluated.special.pad, dtype=np.uint16), None, None, None)
    with pytest.raises(PipelineError, match=r"small: .* nothing that can be masked"):
        mlm_scores(replace(evaluated, name="small"), blocks, 3, seed=1)


def test_damaged_weights_are_refused(evaluated: EvaluatedModel, texts: list[str]) -> None:
    with torch.no_grad():
        evaluated.model.cls.predictions.bias[3] = math.nan
    with pytest.raises(PipelineError, match="teacher: the MLM loss is nan"):
        mlm_scores(evaluated, make_blocks(evaluated, texts), 10, seed=1)
