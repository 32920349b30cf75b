from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.bert import random_bert, same_shape
from tinypt.modeling.embeddings import pca_basis, sentence_pca, teacher_pca
from tinypt.modeling.student import build_student, make_maps, make_projection
from tinypt.params.models import Architecture
from tinypt.params.students import Init, Shape
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.trimming import ids_in

Pair = tuple[BertForMaskedLM, PreTrainedTokenizerBase]


@pytest.fixture
def models(
    base: BertForMaskedLM, uncased: PreTrainedTokenizerBase, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> tuple[Pair, Pair]:
    return (base, uncased), (teacher, cased)


def _build(
    models: tuple[Pair, Pair],
    tokenizer: Any,
    embeddings: Any,
    encoder: Any,
    seed: int = 0,
    shape: Shape | None = None,
    counts: NDArray[np.int64] | None = None,
) -> Pair:
    if counts is None:
        counts = np.arange(len(models[tokenizer == "teacher"][1]))
    return build_student(Init(tokenizer, "full", embeddings, encoder, shape), *models, seed, counts)


def _table(model: BertForMaskedLM) -> torch.Tensor:
    return model.get_input_embeddings().weight.detach()


def test_partials_student_is_the_base_model_but_for_the_output_bias(models: tuple[Pair, Pair]) -> None:
    (base, uncased), _ = models
    student, tokenizer = _build(models, "base", "base", "base")
    assert tokenizer is uncased
    with torch.no_grad():
        base.cls.predictions.bias.copy_(student.cls.predictions.bias)
    ids = torch.randint(5, len(uncased), (2, 12))
    assert torch.equal(student(ids).logits, base(ids).logits)


@pytest.mark.parametrize(("tokenizer", "embeddings"), [("base", "base"), ("teacher", "teacher_pca")])
def test_the_output_bias_starts_from_the_frequencies_of_the_text(
    models: tuple[Pair, Pair], tokenizer: str, embeddings: str
) -> None:
    """In float64; whatever the base model and the teacher hold there."""
    for model, _ in models:
        torch.nn.init.normal_(model.cls.predictions.bias)
    counts = np.random.default_rng(0).integers(0, 100, len(models[tokenizer == "teacher"][1]))
    student, _ = _build(models, tokenizer, embeddings, "random", counts=counts)
    expected = np.log((counts + 1) / (counts + 1).sum())
    assert student.cls.predictions.bias.detach().numpy() == pytest.approx(expected, rel=1e-6)


def test_totals_student_keeps_only_the_architecture(models: tuple[Pair, Pair]) -> None:
    (base, _), (_, cased) = models
    student, tokenizer = _build(models, "teacher", "random", "random")
    assert tokenizer is cased
    assert student.config.vocab_size == len(cased)
    for key in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"):
        assert getattr(student.config, key) == getattr(base.config, key)
    assert (student.config.hidden_dropout_prob, student.config.attention_probs_dropout_prob) == (0, 0)
    weights = [model.bert.encoder.layer[0].output.dense.weight for model in (student, base)]
    assert not torch.equal(*weights)


def test_head_and_embeddings_are_tied(models: tuple[Pair, Pair]) -> None:
    for tokenizer, embeddings, encoder in (("base", "base", "base"), ("teacher", "teacher_pca", "random")):
        student, _ = _build(models, tokenizer, embeddings, encoder)
        assert student.get_output_embeddings().weight.data_ptr() == student.get_input_embeddings().weight.data_ptr()


def test_teacher_pca_fills_the_table(models: tuple[Pair, Pair]) -> None:
    _, (teacher, _) = models
    student, _ = _build(models, "teacher", "teacher_pca", "random")
    assert torch.equal(_table(student), teacher_pca(_table(teacher), 16))


@pytest.mark.parametrize(
    ("tokenizer", "vocabulary", "encoder", "std"),
    [
        ("base", "full", "random", 0.05),
        ("teacher", "full", "random", 0.05),
        ("teacher", "full", "neighbours", 0.02),
        ("teacher", "trimmed", "random", 0.05),
    ],
)
def test_the_sentence_teacher_fills_the_table(
    models: tuple[Pair, Pair], tokenizer: Any, vocabulary: Any, encoder: Any, std: float
) -> None:
    owner = models[tokenizer == "teacher"][1]
    counts = np.random.default_rng(0).integers(0, 2, len(owner)) * 5

    def encode(texts: list[str]) -> NDArray[np.float32]:
        return np.array([np.cos(np.arange(20) * (1 + sum(text.encode()))) for text in texts], dtype=np.float32)

    def build(embeddings: Any) -> Pair:
        return build_student(Init(tokenizer, vocabulary, embeddings, encoder, None), *models, 3, counts, encode)

    (student, own), (random, _) = build("sentence_teacher"), build("random")
    ids = ids_in(own, owner)
    assert torch.equal(_table(student), sentence_pca(encode, own, counts[ids], _table(random), std))
    for name, weight in student.bert.encoder.state_dict().items():
        assert torch.equal(weight, random.bert.encoder.state_dict()[name])


def test_fvt_with_the_base_encoder(models: tuple[Pair, Pair]) -> None:
    (base, uncased), (_, cased) = models
    student, _ = _build(models, "teacher", "fvt", "base")
    for name, weight in student.bert.encoder.state_dict().items():
        assert torch.equal(weight, base.bert.encoder.state_dict()[name])
    mask = cased.mask_token_id, uncased.mask_token_id
    assert torch.equal(_table(student)[mask[0]], _table(base)[mask[1]])


def test_the_seed_determines_random_weights(models: tuple[Pair, Pair]) -> None:
    first, again, other = (_build(models, "teacher", "random", "random", seed)[0] for seed in (1, 1, 2))
    assert torch.equal(_table(first), _table(again))
    assert not torch.equal(_table(first), _table(other))


def test_a_teacher_narrower_than_the_student_is_refused(
    models: tuple[Pair, Pair], cased: PreTrainedTokenizerBase
) -> None:
    narrow = random_bert(Architecture(1, 8, 1, 8, 64, "random"), cased, seed=0)
    with pytest.raises(PipelineError, match="at least 16 wide; it has 8"):
        _build((models[0], (narrow, cased)), "teacher", "teacher_pca", "random")


def test_weighted_teacher_pca_fills_the_table_and_starts_the_maps(models: tuple[Pair, Pair]) -> None:
    _, (teacher, cased) = models
    counts = np.random.default_rng(0).integers(0, 100, len(cased))
    student, _ = _build(models, "teacher", "teacher_pca_weighted", "random", counts=counts)
    assert torch.equal(_table(student), teacher_pca(_table(teacher), 16, counts))
    options = Init("teacher", "full", "teacher_pca_weighted", "random", None)
    basis = pca_basis(_table(teacher), 16, counts).T.float()
    assert torch.equal(make_projection(options, 16, teacher, 0, counts).weight, basis)
    assert all(torch.equal(one.weight, basis) for one in make_maps(options, 16, teacher, 2, 0, counts))


@pytest.mark.parametrize(("embeddings", "encoder"), [("random", "neighbours"), ("teacher_pca", "random")])
def test_a_student_of_another_shape(models: tuple[Pair, Pair], embeddings: str, encoder: str) -> None:
    student, tokenizer = _build(models, "teacher", embeddings, encoder, shape=Shape(3, 24, 4, 40))
    assert len(student.bert.encoder.layer) == 3
    assert _table(student).shape == (len(tokenizer), 24)
    assert student.bert.encoder.layer[0].intermediate.dense.weight.shape == (40, 24)
    assert student.config.num_attention_heads == 4
    assert student.config.max_position_embeddings == models[0][0].config.max_position_embeddings
    assert student(torch.tensor([[2, 7, 3]])).logits.shape == (1, 3, len(tokenizer))


def test_the_base_models_embeddings_need_its_width(models: tuple[Pair, Pair]) -> None:
    deeper, _ = _build(models, "teacher", "fvt", "random", shape=Shape(3, 16, 2, 32))
    assert _table(deeper).shape[1] == 16
    for tokenizer, embeddings in (("teacher", "fvt"), ("base", "base")):
        with pytest.raises(PipelineError, match=f"embeddings: {embeddings} needs .* width 16, not 24"):
            _build(models, tokenizer, embeddings, "random", shape=Shape(2, 24, 2, 32))


def test_every_pair_of_layers_has_its_own_map(models: tuple[Pair, Pair]) -> None:
    _, (teacher, _) = models
    options = Init("teacher", "full", "random", "random", None)
    first, second = make_maps(options, 16, teacher, 2, seed=0)
    assert first.weight.shape == (48, 16)
    assert not torch.equal(first.weight, second.weight)
    assert not torch.equal(first.weight, make_projection(options, 16, teacher, seed=0).weight)
    assert torch.equal(second.weight, make_maps(options, 16, teacher, 2, seed=0)[1].weight)


def test_same_shape_does_not_change_the_base_models_configuration(models: tuple[Pair, Pair]) -> None:
    (base, uncased), (_, cased) = models
    untrained = same_shape(base, cased, seed=0)
    assert untrained.config.vocab_size == len(cased)
    assert base.config.vocab_size == len(uncased)


def test_projection_starts_from_the_basis_of_the_embeddings(models: tuple[Pair, Pair]) -> None:
    _, (teacher, _) = models
    projection = make_projection(Init("teacher", "full", "teacher_pca", "random", None), 16, teacher, seed=0)
    assert torch.allclose(projection.weight.double(), pca_basis(_table(teacher), 16).T, atol=1e-6)
    table = _table(teacher).double()
    centred = table - table.mean(dim=0)
    mapped = projection(teacher_pca(table, 16)).double()
    best = centred @ pca_basis(table, 16).T @ pca_basis(table, 16)
    assert torch.allclose(
        torch.cosine_similarity(mapped, best, dim=1), torch.ones(len(table), dtype=torch.float64), atol=1e-5
    )


def test_a_random_projection_depends_on_the_seed(models: tuple[Pair, Pair]) -> None:
    _, (teacher, _) = models
    options = Init("teacher", "full", "random", "random", None)
    first, again, other = (make_projection(options, 16, teacher, seed).weight for seed in (1, 1, 2))
    assert first.shape == (48, 16)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_trimmed_student_has_the_teachers_rows_for_its_pieces(models: tuple[Pair, Pair]) -> None:
    _, (teacher, cased) = models
    counts = np.random.default_rng(0).integers(0, 2, len(cased)) * 5
    student, tokenizer = build_student(
        Init("teacher", "trimmed", "teacher_pca_weighted", "random", None), *models, 0, counts
    )
    assert len(tokenizer) < len(cased)
    assert student.config.vocab_size == len(tokenizer)
    ids = ids_in(tokenizer, cased)
    assert ids is not None
    assert torch.equal(_table(student), teacher_pca(_table(teacher)[ids], 16, counts[ids]))
    shares = torch.from_numpy(counts[ids] + 1.0)
    assert torch.allclose(student.cls.predictions.bias.double(), (shares / shares.sum()).log())
    options = Init("teacher", "trimmed", "teacher_pca", "random", None)
    basis = pca_basis(_table(teacher)[ids], 16).T.float()
    assert torch.equal(make_projection(options, 16, teacher, 0, ids=ids).weight, basis)
    assert torch.equal(make_maps(options, 16, teacher, 1, 0, ids=ids)[0].weight, basis)


def test_a_teachers_table_may_have_more_rows_than_pieces(models: tuple[Pair, Pair]) -> None:
    base, (_, cased) = models
    teacher = random_bert(Architecture(2, 48, 4, 96, 64, "random"), cased, seed=1)
    teacher.resize_token_embeddings(len(cased) + 3)
    student, _ = _build((base, (teacher, cased)), "teacher", "teacher_pca", "random")
    assert _table(student).shape == (len(cased), 16)
    assert torch.equal(_table(student), teacher_pca(_table(teacher)[: len(cased)], 16))


def test_a_student_of_the_teachers_shape_starts_as_the_teacher(models: tuple[Pair, Pair]) -> None:
    _, (teacher, cased) = models
    torch.nn.init.normal_(teacher.cls.predictions.bias)
    config = teacher.config
    shape = Shape(config.num_hidden_layers, config.hidden_size, config.num_attention_heads, config.intermediate_size)
    student, _ = _build(models, "teacher", "teacher", "teacher", shape=shape)
    ids = torch.randint(5, len(cased), (2, 12))
    assert torch.equal(student(ids).logits, teacher(ids).logits)


def test_a_shallower_student_takes_every_nth_layer_up_to_the_last(models: tuple[Pair, Pair]) -> None:
    base, (_, cased) = models
    teacher = random_bert(Architecture(6, 16, 2, 32, 512, "random"), cased, seed=1)
    student, _ = _build((base, (teacher, cased)), "teacher", "teacher", "teacher", shape=Shape(2, 16, 2, 32))
    for layer, source in zip(student.bert.encoder.layer, (2, 5), strict=True):
        taken = teacher.bert.encoder.layer[source].state_dict()
        assert all(torch.equal(value, taken[name]) for name, value in layer.state_dict().items())


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (Shape(2, 32, 2, 32), "hidden 16, not 32"),
        (Shape(2, 16, 1, 32), "heads 2, not 1"),
        (Shape(7, 16, 2, 32), "has 6 layers, the student needs 7"),
    ],
)
def test_weights_of_a_teacher_of_another_shape_are_refused(
    models: tuple[Pair, Pair], shape: Shape, message: str
) -> None:
    base, (_, cased) = models
    teacher = random_bert(Architecture(6, 16, 2, 32, 512, "random"), cased, seed=1)
    with pytest.raises(PipelineError, match=message):
        _build((base, (teacher, cased)), "teacher", "random", "teacher", shape=shape)


def test_embeddings_of_a_wider_teacher_are_refused(models: tuple[Pair, Pair]) -> None:
    base, (_, cased) = models
    teacher = random_bert(Architecture(1, 64, 2, 32, 512, "random"), cased, seed=1)
    with pytest.raises(PipelineError, match=r"embeddings: teacher needs .* width 64, not 16"):
        _build((base, (teacher, cased)), "teacher", "teacher", "random", shape=Shape(2, 16, 2, 32))
