import pytest
from transformers import BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM, PreTrainedTokenizerBase

from tinypt.distillation.terms import check_layers
from tinypt.runtime.errors import PipelineError


@pytest.mark.parametrize(
    ("layers", "heads", "message"),
    [
        ([(3, 3)], 8, r"layers: \[3, 3\] names layer 3 of the student, which has 2"),
        ([(1, 1), (2, 4)], 8, r"layers: \[2, 4\] names layer 4 of the teacher, which has 3"),
        ([(2, 3)], 12, r"relation_heads: must divide the student's width of 16, is 12"),
        ([(2, 3)], 5, r"relation_heads: must divide the student's width of 16, is 5"),
    ],
)
def test_layers_and_heads_that_do_not_fit_the_models_are_refused(
    base: BertForMaskedLM,
    teacher: BertForMaskedLM,
    layers: list[tuple[int, int]],
    heads: int,
    message: str,
) -> None:
    """The student has 2 layers 16 wide, the teacher 3 layers 48 wide."""
    with pytest.raises(PipelineError, match=message):
        check_layers(base, teacher, layers, heads)


def test_the_teachers_width_is_checked_too(base: BertForMaskedLM, teacher: BertForMaskedLM) -> None:
    with pytest.raises(PipelineError, match="the teacher's width of 16, is 12"):
        check_layers(teacher, base, [(3, 2)], 12)


def test_layers_that_exist_are_accepted(base: BertForMaskedLM, teacher: BertForMaskedLM) -> None:
    check_layers(base, teacher, [(1, 1), (2, 3)], 8)


def test_attention_unlike_berts_is_refused_for_relations_only(
    base: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    config = DistilBertConfig(vocab_size=len(cased), dim=16, n_layers=2, n_heads=2, hidden_dim=32)
    teacher = DistilBertForMaskedLM(config)
    check_layers(base, teacher, [(1, 2)], None)
    with pytest.raises(PipelineError, match=r"losses\.relations needs .* DistilBertForMaskedLM has none"):
        check_layers(base, teacher, [(1, 2)], 2)
