from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.evaluation.model import BATCH, EvaluatedModel, length_sorted, load_evaluated, pad, tokenize_texts
from tinypt.modeling.load import save_model


def test_the_length_is_limited_to_the_model_s_positions(
    teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    save_model(teacher, cased, tmp_path / "model")
    assert load_evaluated("teacher", tmp_path / "model", max_length=512).max_length == 64
    evaluated = load_evaluated("teacher", tmp_path / "model", max_length=16)
    assert evaluated.max_length == 16
    assert not evaluated.model.training


def test_texts_are_cut_regardless_of_the_tokenizer_s_limit(
    evaluated: EvaluatedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluated.tokenizer, "model_max_length", int(1e30))
    long = "A menina comeu a maçã. " * 50
    assert tokenize_texts(evaluated, [long], None).lengths().tolist() == [64]
    pair = tokenize_texts(evaluated, [long], ["Choveu muito."])
    assert pair.lengths().tolist() == [64]
    separators = [index for index, id in enumerate(pair.ids[0]) if id == evaluated.tokenizer.sep_token_id]
    assert len(separators) == 2  # the short text survives the cut
    assert pair.types[0] == [0] * (separators[0] + 1) + [1] * (63 - separators[0])


def test_padding_comes_last_and_changes_no_piece(evaluated: EvaluatedModel) -> None:
    pieces = tokenize_texts(evaluated, ["Choveu.", "O time perdeu o jogo."], ["Sim.", "A torcida cantou."])
    ids, types = pad(pieces, np.array([1, 0]), evaluated)
    assert ids.shape == types.shape == (2, max(pieces.lengths()))
    assert ids[1, : len(pieces.ids[0])].tolist() == pieces.ids[0]
    assert torch.all(ids[1, len(pieces.ids[0]) :] == evaluated.special.pad)
    assert types[0].tolist() == pieces.types[1]


@given(st.lists(st.integers(1, 60), max_size=3 * BATCH))
def test_every_row_is_in_one_batch_shortest_first(lengths: list[int]) -> None:
    batches = list(length_sorted(np.array(lengths, dtype=np.int64)))
    rows = [int(row) for batch in batches for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    assert [lengths[row] for row in rows] == sorted(lengths)
    assert all(len(batch) <= BATCH for batch in batches)
