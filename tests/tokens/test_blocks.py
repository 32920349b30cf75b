from pathlib import Path

import numpy as np
import pytest
from transformers import PreTrainedTokenizerBase

from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.pairs import write_pairs


def test_blocks_hold_the_document_stream(tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]) -> None:
    counts = write_blocks(iter(texts), cased, 32, tmp_path)
    blocks = open_blocks(tmp_path)
    assert blocks.ids.dtype == np.uint16
    assert blocks.ids.shape == (counts.blocks, 32)
    assert (blocks.ids[:, 0] == cased.cls_token_id).all()
    assert (blocks.ids[:, -1] == cased.sep_token_id).all()
    assert blocks.words is None
    assert not blocks.padded
    assert not (blocks.ids == cased.pad_token_id).any()
    stream = [
        piece for text in texts for piece in [*cased(text, add_special_tokens=False)["input_ids"], cased.sep_token_id]
    ]
    cut = blocks.ids[:, 1:-1].reshape(-1).tolist()
    assert cut == stream[: len(cut)]
    assert counts.documents == len(texts)
    assert counts.pieces + counts.documents == len(stream) == len(cut) + counts.dropped_pieces


def test_the_tokenizers_batch_size_does_not_change_the_blocks(
    tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_blocks(texts, cased, 32, tmp_path / "a")
    monkeypatch.setattr("tinypt.tokens.blocks.BATCH", 7)
    write_blocks(texts, cased, 32, tmp_path / "b")
    assert (tmp_path / "a/blocks.npy").read_bytes() == (tmp_path / "b/blocks.npy").read_bytes()


def test_too_little_text_is_refused(tmp_path: Path, cased: PreTrainedTokenizerBase) -> None:
    with pytest.raises(PipelineError, match="less than one block"):
        write_blocks(["Oi."], cased, 64, tmp_path)


def test_a_missing_or_truncated_array_is_named(
    tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    with pytest.raises(PipelineError, match="run the tokenize stage"):
        open_blocks(tmp_path)
    write_blocks(texts, cased, 32, tmp_path)
    path = tmp_path / "blocks.npy"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(PipelineError, match=r"blocks\.npy: not a whole"):
        open_blocks(tmp_path)


def test_text_that_the_vocabulary_cannot_spell_is_refused(tmp_path: Path, cased: PreTrainedTokenizerBase) -> None:
    foreign = ["кот ест рыбу на кухне"] * 300
    with pytest.raises(PipelineError, match=r"of the first [\d,]+ pieces are unknown; see whether"):
        write_blocks(foreign, cased, 24, tmp_path)
    with pytest.raises(PipelineError, match="pieces are unknown"):
        write_pairs(foreign, cased, cased, 24, tmp_path)


def test_unknown_pieces_are_counted_and_said(
    tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    write_blocks(texts, cased, 24, tmp_path)
    assert not caplog.messages
    mixed = ["кот ест рыбу", *texts]
    assert write_blocks(mixed, cased, 24, tmp_path).unknown_pieces == 3
    assert write_pairs(mixed, cased, cased, 24, tmp_path).unknown_pieces == 3
    assert not caplog.messages
    write_blocks(mixed * 2 + ["кот"] * 100, cased, 24, tmp_path)
    (message,) = caplog.messages
    assert "pieces are unknown; see whether the vocabulary is the model's own" in message
