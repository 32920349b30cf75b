"""A small random model to evaluate, and small tasks that it can learn."""

from collections.abc import Callable

import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.evaluation.model import EvaluatedModel
from tinypt.evaluation.tasks.table import Split, TaskData
from tinypt.tokens.masking import SpecialIds

WORDS = ["menina", "cozinha", "escola", "paciente", "sertão", "time", "torcida", "café", "tarde", "jornal", "quintal"]
ROWS = 24
Labels = list[float] | list[str]


def _evaluated(name: str, model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase) -> EvaluatedModel:
    return EvaluatedModel(name, model, tokenizer, SpecialIds.of(tokenizer), torch.device("cpu"), max_length=64)


@pytest.fixture
def evaluated(teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> EvaluatedModel:
    return _evaluated("teacher", teacher, cased)


@pytest.fixture
def evaluated_uncased(base: BertForMaskedLM, uncased: PreTrainedTokenizerBase) -> EvaluatedModel:
    return _evaluated("base", base, uncased)


@pytest.fixture
def make_texts() -> Callable[[int], TaskData]:
    """Build a task of single texts with the given number of classes. One word of each text determines its class."""

    def split(name: str, classes: int) -> Split:
        rows = range(ROWS)
        texts = [f"A {WORDS[row % classes]} e o {WORDS[(5 * row + len(name)) % len(WORDS)]}." for row in rows]
        return Split([f"{name}-{row}" for row in rows], texts, None, [f"class {row % classes}" for row in rows])

    return lambda classes: TaskData(split("train", classes), split("test", classes))


@pytest.fixture
def make_pairs() -> Callable[[Labels], TaskData]:
    """Build a task of 24 pairs with the given labels. Every other pair, from the first on, has two equal texts."""

    def split(name: str, labels: Labels) -> Split:
        rows, count = range(ROWS), len(WORDS)
        first = [f"O {WORDS[row % count]} da {WORDS[(row + 3) % count]}." for row in rows]
        second = [text if row % 2 == 0 else f"A {WORDS[(row + 7) % count]}!" for row, text in enumerate(first)]
        return Split([f"{name}-{row}" for row in rows], first, second, labels)

    return lambda labels: TaskData(split("train", labels), split("test", labels))


@pytest.fixture
def sentiment(make_texts: Callable[[int], TaskData]) -> TaskData:
    return make_texts(3)


@pytest.fixture
def similarity(make_pairs: Callable[[Labels], TaskData]) -> TaskData:
    return make_pairs([5.0, 1.5] * 12)


@pytest.fixture
def entailment(make_pairs: Callable[[Labels], TaskData]) -> TaskData:
    return make_pairs(["Entailment", "None"] * 12)
