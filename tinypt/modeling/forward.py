"""Running a model: hidden states, the vocabulary head where it is wanted, and the device to do it on."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tinypt.tokens.masking import SpecialIds


def pick_device() -> torch.device:
    """The GPU where there is one. Chosen at run time: a machine is no parameter of an experiment."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def encode(model: PreTrainedModel, ids: Tensor, special: SpecialIds) -> Tensor:
    """Last hidden states, [blocks, length, hidden], of ids [blocks, length]; padding is not attended to."""
    states: Tensor = model.base_model(input_ids=ids, attention_mask=(ids != special.pad).long()).last_hidden_state
    return states


def score(model: PreTrainedModel, states: Tensor, positions: Tensor) -> Tensor:
    """Logits, [positions, vocabulary], of the MLM head at flat positions of states [blocks, length, hidden]."""
    logits: Tensor = model.cls(states.flatten(0, 1)[positions])
    return logits
