"""Fixtures shared by the tests of several stages."""

from pathlib import Path

import pytest
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tests.conftest import seal
from tinypt.modeling.load import save_model
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.pairs import write_pairs


@pytest.fixture
def tokenized(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    base: BertForMaskedLM,
    uncased: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    texts: list[str],
) -> Path:
    """A project folder with models and tokens, as far as `tokenize`, and the working directory of the test."""
    monkeypatch.chdir(tmp_path)
    save_model(base, uncased, Path("models/base"))
    save_model(teacher, cased, Path("models/teacher"))
    for name in ("teacher", "base"):
        Path(f"data/tokens/{name}/train").mkdir(parents=True)
    write_blocks(texts, cased, 24, Path("data/tokens/teacher/train"))
    write_pairs(texts, uncased, cased, 24, Path("data/tokens/base/train"))
    seal(Path("data/tokens/teacher"), Path("data/tokens/base"))
    return tmp_path
