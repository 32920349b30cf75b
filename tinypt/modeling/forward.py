"""Forward passes: hidden states, attention vectors, the vocabulary head at given positions; and the device."""

import os
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from tinypt.modeling.types import HEADS
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.masking import SpecialIds

CPU = torch.device("cpu")


def pick_device() -> torch.device:
    """The GPU, if there is one (under torchrun, this worker's), else the CPU. The device is not a parameter."""
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if torch.cuda.is_available() else CPU


def encode(model: PreTrainedModel, ids: Tensor, special: SpecialIds, padded: bool = True) -> Tensor:
    """Last hidden states, [blocks, length, hidden], of ids [blocks, length]; padding is not attended to.

    `padded` False says that there is none. No mask is then made: flash attention takes none, and a compiled graph
    cannot see that a mask hides nothing.
    """
    attended = (ids != special.pad).long() if padded else None
    with _own_precision(model):
        states: Tensor = model.base_model(input_ids=ids, attention_mask=attended).last_hidden_state
    return states


def encode_layers(model: PreTrainedModel, ids: Tensor, special: SpecialIds, padded: bool = True) -> tuple[Tensor, ...]:
    """Hidden states, as from `encode`, of the embeddings (index 0) and of every layer (from index 1)."""
    attended = (ids != special.pad).long() if padded else None
    with _own_precision(model):
        states: tuple[Tensor, ...] = model.base_model(
            input_ids=ids, attention_mask=attended, output_hidden_states=True
        ).hidden_states
    return states


def mean_state(states: Tensor, counted: Tensor) -> Tensor:
    """Mean of states [rows, length, hidden] where `counted`, bool [rows, length]: [rows, hidden]; zeros if nowhere.

    With all positions but padding it is the vector of a text: the one that the frozen protocol scores and that
    a release returns in sentence-transformers.
    """
    return (states * counted[..., None]).sum(dim=1) / counted.sum(dim=1, keepdim=True).clamp(min=1)


def attention_maps(model: PreTrainedModel, layer: int) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
    """The linear maps of a layer's queries, keys and values; layers are counted from 1.

    Raises:
        PipelineError: the model has no attention like BERT's.
    """
    try:
        attention = model.base_model.encoder.layer[layer - 1].attention.self
        return attention.query, attention.key, attention.value
    except AttributeError:
        raise PipelineError(
            f"losses.relations needs queries, keys and values where BERT has them; {type(model).__name__} has none"
        ) from None


def attention_vectors(model: PreTrainedModel, states: tuple[Tensor, ...], layer: int) -> tuple[Tensor, Tensor, Tensor]:
    """A layer's queries, keys and values, each [blocks, length, hidden], recomputed from its input.

    Args:
        model: a BERT-like encoder.
        states: the result of `encode_layers` for it.
        layer: counted from 1.

    Raises:
        PipelineError: the model has no attention like BERT's.
    """
    query, key, value = attention_maps(model, layer)
    given = states[layer - 1]
    return query(given), key(given), value(given)


def score(model: PreTrainedModel, states: Tensor, positions: Tensor) -> Tensor:
    """Logits, [positions, vocabulary], of the MLM head at flat positions of states [blocks, length, hidden]."""
    values = states.flatten(0, 1)[positions]
    with _own_precision(model):
        for part in HEADS[model.config.model_type]:
            values = getattr(model, part)(values)
    return values


def _own_precision(model: PreTrainedModel) -> AbstractContextManager[None]:
    """Disable autocast for a model with half-precision weights: it would only cast norms and sums back and forth."""
    kind = model.device.type
    keep = model.dtype == torch.float32 and torch.is_autocast_enabled(kind)
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=keep)
