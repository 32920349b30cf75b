"""Reading ahead from token files."""

import mmap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from transformers import PreTrainedTokenizerBase

from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.pairs import write_pairs


@pytest.mark.skipif(not hasattr(mmap, "MADV_WILLNEED"), reason="this system takes no advice on mapped files")
def test_every_byte_of_the_rows_is_asked_for_and_little_else(
    tmp_path: Path, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    write_pairs(texts * 4, uncased, cased, 64, tmp_path)
    blocks = open_blocks(tmp_path)
    assert blocks.file is not None
    size, width = (tmp_path / "blocks.npy").stat().st_size, 6 * 64
    asked: set[int] = set()

    def madvise(advice: int, first: int, length: int) -> None:
        assert (advice, first % mmap.PAGESIZE) == (mmap.MADV_WILLNEED, 0)
        asked.update(range(first, first + length))

    file: Any = SimpleNamespace(offset=blocks.file.offset, strides=blocks.file.strides)
    file.base = SimpleNamespace(madvise=madvise)
    rows = np.array([0, 1, len(blocks) // 2, len(blocks) - 1])
    Blocks(blocks.ids, None, None, None, file).read_ahead(rows)
    start = size - len(blocks) * width
    needed = {byte for row in rows.tolist() for byte in range(start + row * width, start + (row + 1) * width)}
    assert needed <= asked
    assert len(asked) < len(needed) + len(rows) * mmap.PAGESIZE


def test_the_system_takes_the_advice_and_blocks_in_memory_need_none(
    tmp_path: Path, cased: PreTrainedTokenizerBase, texts: list[str]
) -> None:
    write_blocks(texts, cased, 32, tmp_path)
    blocks = open_blocks(tmp_path)
    blocks.read_ahead(np.arange(len(blocks)))
    Blocks(np.array(blocks.ids[:]), None, None, None).read_ahead(np.arange(len(blocks)))
