"""What many tests share: real data where it is at hand, and small models in the formats of the real ones."""

import os
from pathlib import Path

import pytest
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.bert import random_bert
from tinypt.params.models import Architecture
from tinypt.tokens.vocabulary import make_tokenizer, train_vocabulary

TEXTS = [
    "A menina comeu a maçã na cozinha da avó.\nDepois ela foi à escola com o irmão.",
    "O médico examinou o paciente e receitou um remédio amargo.",
    "Choveu muito no sertão; o açude encheu e os agricultores comemoraram.",
    "O time perdeu o jogo, mas a torcida cantou até o fim.",
    "João não gosta de café; prefere chá de camomila à tarde.",
    "As crianças brincam no quintal enquanto o avô lê o jornal.",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test file goes first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.path.name != "test_pipeline.py")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data named by TINYPT_REAL_DATA; tests that need it are skipped where it is unset."""
    folder = os.environ.get("TINYPT_REAL_DATA")
    if not folder:
        pytest.skip("TINYPT_REAL_DATA is not set: no real data at hand")
    return Path(folder)


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """A few Portuguese texts, repeated so that there are blocks to cut."""
    return TEXTS * 20


@pytest.fixture(scope="session")
def cased(texts: list[str]) -> PreTrainedTokenizerBase:
    """A small cased tokenizer, like the teacher's."""
    return make_tokenizer(train_vocabulary(lambda: texts, 300, cased=True), cased=True, max_length=64)


@pytest.fixture(scope="session")
def uncased(texts: list[str]) -> PreTrainedTokenizerBase:
    """A small uncased tokenizer with other pieces, like BERT-tiny's."""
    return make_tokenizer(train_vocabulary(lambda: texts, 130, cased=False), cased=False, max_length=64)


@pytest.fixture
def teacher(cased: PreTrainedTokenizerBase) -> BertForMaskedLM:
    """A random teacher, wider and deeper than the base model."""
    return random_bert(
        Architecture(3, 48, 4, 96, 64, "random"),
        cased,
        seed=1,
    ).eval()


@pytest.fixture
def base(uncased: PreTrainedTokenizerBase) -> BertForMaskedLM:
    """A random base model in the place of BERT-tiny."""
    return random_bert(
        Architecture(2, 16, 2, 32, 64, "random"),
        uncased,
        seed=2,
    ).eval()
