from collections.abc import Sequence

import pytest
from transformers import (
    BertForMaskedLM,
    DistilBertConfig,
    DistilBertForMaskedLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from tinypt.distillation.teacher import Teacher
from tinypt.distillation.terms import Layers
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.masking import SpecialIds


def layers(
    student: PreTrainedModel,
    teacher: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[tuple[int, int]],
    heads: int | None,
) -> Layers:
    special = SpecialIds.of(tokenizer)
    return Layers(student, Teacher(teacher, special), special, pairs, None, heads)


def test_layers_and_heads_that_do_not_fit_the_models_are_refused(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    """The student has 2 layers 16 wide, the teacher 3 layers 48 wide."""
    layers(base, teacher, cased, [(1, 1), (2, 3)], 8)
    with pytest.raises(PipelineError, match=r"layers: \[2, 4\] names layer 4 of the teacher, which has 3"):
        layers(base, teacher, cased, [(1, 1), (2, 4)], 8)
    with pytest.raises(PipelineError, match=r"relation_heads: must divide the student's width of 16, is 12"):
        layers(base, teacher, cased, [(2, 3)], 12)


def test_attention_unlike_berts_is_refused_for_relations_only(
    base: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    config = DistilBertConfig(vocab_size=len(cased), dim=16, n_layers=2, n_heads=2, hidden_dim=32)
    teacher = DistilBertForMaskedLM(config)
    layers(base, teacher, cased, [(1, 2)], None)
    with pytest.raises(PipelineError, match=r"losses\.relations needs .* DistilBertForMaskedLM has none"):
        layers(base, teacher, cased, [(1, 2)], 2)
