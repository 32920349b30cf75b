from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertForSequenceClassification, RobertaConfig, RobertaForMaskedLM

from tinypt.evaluation.finetuning.heads import matched_states
from tinypt.evaluation.finetuning.model import TaskModel, used_ids
from tinypt.evaluation.model import EvaluatedModel, Pieces, pad, tokenize_texts
from tinypt.modeling.forward import mean_state
from tinypt.params.evaluate import Head

HEADS: tuple[Head, ...] = ("cls", "matched")
TEXTS = ["A menina comeu a maçã.", "Choveu.", "O time perdeu o jogo, mas a torcida cantou até o fim."]


def everything(evaluated: EvaluatedModel) -> Tensor:
    return torch.arange(evaluated.model.config.vocab_size)


def task_model(evaluated: EvaluatedModel, used: Tensor, outputs: int, seed: int, head: Head = "cls") -> TaskModel:
    return TaskModel(evaluated, used, True, outputs, head, 0.1, seed)


def batch(evaluated: EvaluatedModel, pairs: bool = True) -> tuple[Pieces, tuple[Tensor, Tensor]]:
    pieces = tokenize_texts(evaluated, TEXTS, TEXTS[::-1] if pairs else None)
    return pieces, pad(pieces, torch.arange(3).numpy(), evaluated)


def plain(model: TaskModel, evaluated: EvaluatedModel, ids: Tensor, types: Tensor) -> Tensor:
    """A reference: the same head on the whole encoder, with all positions computed."""
    attended = (ids != evaluated.special.pad).long()
    states = evaluated.model.base_model(input_ids=ids, token_type_ids=types, attention_mask=attended).last_hidden_state
    features, real = states[:, 0], ~evaluated.special.is_special(ids)
    if model.head == "matched":
        features = mean_state(states, real)
        if model.pairs:
            features = matched_states(states, real & (types == 0), real & (types == 1))
    return model.output(torch.tanh(model.dense(features)))


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("pairs", [True, False])
def test_outputs_and_gradients_equal_those_of_the_whole_encoder(
    evaluated: EvaluatedModel, head: Head, pairs: bool
) -> None:
    pieces, given = batch(evaluated, pairs)
    used = used_ids(evaluated, [pieces])
    assert len(used) < evaluated.model.config.vocab_size
    model = TaskModel(evaluated, used, pairs, 2, head, 0.1, seed=1).eval()
    expected = plain(model, evaluated, *given)
    outputs = model(*given)
    assert outputs.detach().numpy() == pytest.approx(expected.detach().numpy(), abs=1e-6)
    targets = torch.tensor([0, 1, 0])
    functional.cross_entropy(outputs, targets).backward()
    functional.cross_entropy(expected, targets).backward()
    whole = evaluated.model.base_model
    assert model.encoder.get_input_embeddings().weight.grad == pytest.approx(
        whole.get_input_embeddings().weight.grad[used], abs=1e-6
    )
    layers = [*model.encoder.encoder.layer, *([model.last] if head == "cls" else [])]
    for layer, whole_layer in zip(layers, whole.encoder.layer, strict=True):
        for (name, weight), (_, other) in zip(layer.named_parameters(), whole_layer.named_parameters(), strict=True):
            assert weight.grad == pytest.approx(other.grad, abs=1e-6), name


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("pairs", [True, False])
def test_padding_changes_no_output(evaluated: EvaluatedModel, head: Head, pairs: bool) -> None:
    pieces, given = batch(evaluated, pairs)
    model = TaskModel(evaluated, used_ids(evaluated, [pieces]), pairs, 2, head, 0.1, seed=1).eval()
    alone = model(*pad(pieces, torch.tensor([0]).numpy(), evaluated))
    assert model(*given)[0].detach().numpy() == pytest.approx(alone[0].detach().numpy(), abs=1e-6)


def test_a_text_with_unused_ids_is_refused(evaluated: EvaluatedModel) -> None:
    model = task_model(evaluated, used_ids(evaluated, [tokenize_texts(evaluated, ["Choveu."], None)]), 2, seed=1)
    _, given = batch(evaluated)
    with pytest.raises(IndexError):
        model(*given)


@pytest.mark.parametrize("head", HEADS)
def test_other_models_than_bert_stay_whole(evaluated: EvaluatedModel, head: Head) -> None:
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = RobertaConfig(vocab_size=evaluated.model.config.vocab_size, type_vocab_size=2, pad_token_id=0, **sizes)
    other = replace(evaluated, model=RobertaForMaskedLM(config).eval())
    _, given = batch(other)
    model = task_model(other, everything(other), 2, 1, head).eval()
    assert model(*given).detach().numpy() == pytest.approx(plain(model, other, *given).detach().numpy(), abs=1e-6)


def test_the_evaluated_model_is_not_changed(evaluated: EvaluatedModel) -> None:
    layers, rows = len(evaluated.model.base_model.encoder.layer), evaluated.model.config.vocab_size
    task_model(evaluated, torch.tensor([0, 1]), 2, seed=1)
    assert len(evaluated.model.base_model.encoder.layer) == layers
    assert len(evaluated.model.get_input_embeddings().weight) == rows


def test_the_head_depends_only_on_the_seed(evaluated: EvaluatedModel) -> None:
    scrambled = replace(evaluated, model=type(evaluated.model)(evaluated.model.config))
    ids = everything(evaluated)
    first, second, other = (
        task_model(evaluated, ids, 3, seed=1),
        task_model(scrambled, ids, 3, seed=1),
        task_model(evaluated, ids, 3, seed=2),
    )
    assert torch.equal(first.dense.weight, second.dense.weight)
    assert torch.equal(first.output.weight, second.output.weight)
    assert not torch.equal(first.output.weight, other.output.weight)


@pytest.mark.parametrize("pairs", [True, False])
def test_the_cls_head_is_that_of_a_sequence_classifier(evaluated: EvaluatedModel, pairs: bool) -> None:
    model = TaskModel(evaluated, everything(evaluated), pairs, 3, "cls", 0.1, seed=1).eval()
    config = type(evaluated.model.config).from_dict(evaluated.model.config.to_dict() | {"num_labels": 3})
    classifier = BertForSequenceClassification(config).eval()
    classifier.bert.load_state_dict(evaluated.model.bert.state_dict(), strict=False)
    classifier.bert.pooler.dense.load_state_dict(model.dense.state_dict())
    classifier.classifier.load_state_dict(model.output.state_dict())
    assert classifier.dropout.p == model.dropout.p
    ids, types = batch(evaluated, pairs)[1]
    expected = classifier(input_ids=ids, token_type_ids=types, attention_mask=(ids != evaluated.special.pad).long())
    assert model(ids, types).detach().numpy() == pytest.approx(expected.logits.detach().numpy(), abs=1e-6)
