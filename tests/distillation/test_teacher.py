import pytest
from transformers import BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM, PreTrainedTokenizerBase

from tinypt.distillation.teacher import Teacher, check_layers
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.masking import SpecialIds


@pytest.mark.parametrize(
    ("layers", "heads", "message"),
    [
        ([(3, 3)], 8, r"layers: \[3, 3\] names layer 3 of the student, which has 2"),
        ([(1, 1), (2, 4)], 8, r"layers: \[2, 4\] names layer 4 of the teacher, which has 3"),
        ([(2, 3)], 12, r"relation_heads: must divide the student's width of 16, is 12"),
        ([(2, 3)], 5, r"relation_heads: must divide the student's width of 16, is 5"),
    ],
)
def test_what_the_models_have_not_is_refused(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    layers: list[tuple[int, int]],
    heads: int,
    message: str,
) -> None:
    """The student has 2 layers 16 wide, the teacher 3 layers 48 wide."""
    with pytest.raises(PipelineError, match=message):
        check_layers(base, Teacher(teacher, SpecialIds.of(cased), None, None, layers, heads), relations=True)


def test_the_teachers_width_counts_too(
    base: BertForMaskedLM, teacher: BertForMaskedLM, uncased: PreTrainedTokenizerBase
) -> None:
    narrower = Teacher(base, SpecialIds.of(uncased), None, None, [(3, 2)], 12)
    with pytest.raises(PipelineError, match="the teacher's width of 16, is 12"):
        check_layers(teacher, narrower, relations=True)


def test_what_is_there_is_accepted(
    base: BertForMaskedLM, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    check_layers(base, Teacher(teacher, SpecialIds.of(cased), None, None, [(1, 1), (2, 3)], 8), relations=True)


def test_attention_unlike_berts_is_refused_for_relations_alone(
    base: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    config = DistilBertConfig(vocab_size=len(cased), dim=16, n_layers=2, n_heads=2, hidden_dim=32)
    told = Teacher(DistilBertForMaskedLM(config), SpecialIds.of(cased), None, None, [(1, 2)], 2)
    check_layers(base, told, relations=False)
    with pytest.raises(PipelineError, match=r"losses\.relations needs .* DistilBertForMaskedLM has none"):
        check_layers(base, told, relations=True)
