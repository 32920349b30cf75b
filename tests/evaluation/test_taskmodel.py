from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from transformers import RobertaConfig, RobertaForMaskedLM

from tinypt.evaluation.subject import Pieces, Subject, cut_pieces, pad
from tinypt.evaluation.taskmodel import TaskModel, used_ids

TEXTS = ["A menina comeu a maçã.", "Choveu.", "O time perdeu o jogo, mas a torcida cantou até o fim."]


def everything(subject: Subject) -> Tensor:
    return torch.arange(subject.model.config.vocab_size)


def batch(subject: Subject) -> tuple[Pieces, tuple[Tensor, Tensor]]:
    pieces = cut_pieces(subject, TEXTS, TEXTS[::-1])
    return pieces, pad(pieces, torch.arange(3).numpy(), subject)


def plain(model: TaskModel, subject: Subject, ids: Tensor, types: Tensor) -> Tensor:
    """The same head on the whole encoder, all positions computed."""
    attended = (ids != subject.special.pad).long()
    states = subject.model.base_model(input_ids=ids, token_type_ids=types, attention_mask=attended).last_hidden_state
    return model.output(torch.tanh(model.dense(states[:, 0])))


def test_outputs_and_gradients_are_those_of_the_whole_encoder(subject: Subject) -> None:
    pieces, given = batch(subject)
    used = used_ids(subject, [pieces])
    assert len(used) < subject.model.config.vocab_size
    model = TaskModel(subject, used, 2, seed=1).eval()
    expected = plain(model, subject, *given)
    outputs = model(*given)
    assert outputs.detach().numpy() == pytest.approx(expected.detach().numpy(), abs=1e-6)
    targets = torch.tensor([0, 1, 0])
    functional.cross_entropy(outputs, targets).backward()
    functional.cross_entropy(expected, targets).backward()
    theirs = subject.model.base_model
    assert model.encoder.get_input_embeddings().weight.grad == pytest.approx(
        theirs.get_input_embeddings().weight.grad[used], abs=1e-6
    )
    for ours, whole in (
        (model.encoder.encoder.layer[0], theirs.encoder.layer[0]),
        (model.last, theirs.encoder.layer[-1]),
    ):
        for (name, weight), (_, other) in zip(ours.named_parameters(), whole.named_parameters(), strict=True):
            assert weight.grad == pytest.approx(other.grad, abs=1e-6), name


def test_one_row_of_padding_changes_nothing(subject: Subject) -> None:
    pieces, given = batch(subject)
    model = TaskModel(subject, used_ids(subject, [pieces]), 2, seed=1).eval()
    alone = model(*pad(pieces, torch.tensor([0]).numpy(), subject))
    assert model(*given)[0].detach().numpy() == pytest.approx(alone[0].detach().numpy(), abs=1e-6)


def test_a_text_of_unused_pieces_is_refused(subject: Subject) -> None:
    model = TaskModel(subject, used_ids(subject, [cut_pieces(subject, ["Choveu."], None)]), 2, seed=1)
    _, given = batch(subject)
    with pytest.raises(IndexError):
        model(*given)


def test_models_that_are_no_bert_are_taken_whole(subject: Subject) -> None:
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = RobertaConfig(vocab_size=subject.model.config.vocab_size, type_vocab_size=2, pad_token_id=0, **sizes)
    other = replace(subject, model=RobertaForMaskedLM(config).eval())
    _, given = batch(other)
    model = TaskModel(other, everything(other), 2, seed=1).eval()
    assert model(*given).detach().numpy() == pytest.approx(plain(model, other, *given).detach().numpy(), abs=1e-6)


def test_the_subject_is_left_as_it_was(subject: Subject) -> None:
    layers, rows = len(subject.model.base_model.encoder.layer), subject.model.config.vocab_size
    TaskModel(subject, torch.tensor([0, 1]), 2, seed=1)
    assert len(subject.model.base_model.encoder.layer) == layers
    assert len(subject.model.get_input_embeddings().weight) == rows


def test_the_head_depends_on_the_seed_alone(subject: Subject) -> None:
    scrambled = replace(subject, model=type(subject.model)(subject.model.config))
    ids = everything(subject)
    first, second, other = (
        TaskModel(subject, ids, 3, seed=1),
        TaskModel(scrambled, ids, 3, seed=1),
        TaskModel(subject, ids, 3, seed=2),
    )
    assert torch.equal(first.dense.weight, second.dense.weight)
    assert torch.equal(first.output.weight, second.output.weight)
    assert not torch.equal(first.output.weight, other.output.weight)
