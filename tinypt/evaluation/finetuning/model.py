"""The model that is fine-tuned: an encoder with a head, without the parts that its tasks never use."""

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, PreTrainedModel

from tinypt.evaluation.finetuning.heads import ALIGNMENTS, matched_states
from tinypt.evaluation.model import EvaluatedModel, Pieces
from tinypt.modeling.forward import mean_state
from tinypt.params.evaluate import Head

STD = 0.02  # BERT's initial standard deviation


def used_ids(evaluated: EvaluatedModel, texts: Iterable[Pieces]) -> Tensor:
    """All ids that occur in `texts`, and the padding id, sorted: int64 [ids]."""
    found = {id for pieces in texts for ids in pieces.ids for id in ids} | {evaluated.special.pad}
    return torch.tensor(sorted(found))


class TaskModel(nn.Module):
    """An encoder with a head: a dense layer, tanh, dropout and the output layer, as in BERT.

    With head `cls` the head's input is the state at [CLS]. With `matched` it is the mean state of a text's pieces, or
    `matched_states` of a pair; special tokens are excluded. The head is always freshly initialised: MLM checkpoints
    have no pooler, and only encoders are compared.

    Two optimisations change no output and no gradient. The embedding table keeps only the rows of `used` ids, about a
    tenth for a task of some thousand sentences, so the optimizer updates fewer weights. With `cls`, BERT's last layer
    is computed only at [CLS].
    """

    def __init__(
        self, evaluated: EvaluatedModel, used: Tensor, pairs: bool, outputs: int, head: Head, dropout: float, seed: int
    ) -> None:
        """Copy the model's encoder and add a new head.

        Args:
            evaluated: the model; it is not changed.
            used: sorted ids that the texts may contain, int64.
            pairs: whether the texts are pairs.
            outputs: number of outputs.
            head: input of the head.
            dropout: in every layer that has one, and in the head.
            seed: of the head's initial weights, which depend on nothing else.
        """
        super().__init__()
        config = evaluated.model.config
        self.pairs, self.head = pairs, head
        self.encoder = copy.deepcopy(evaluated.model.base_model)
        table = self.encoder.get_input_embeddings().weight.detach()
        kept = table[used.to(table.device)]
        self.encoder.set_input_embeddings(nn.Embedding(len(kept), kept.shape[1], _weight=kept))
        places = torch.full((len(table),), -1)
        places[used] = torch.arange(len(used))
        self.places: Tensor
        self.register_buffer("places", places)
        self.last = _take_last_layer(self.encoder) if head == "cls" else None
        width = 4 * config.hidden_size + ALIGNMENTS if head == "matched" and pairs else config.hidden_size
        generator = torch.Generator().manual_seed(seed)
        self.dense = nn.Linear(width, config.hidden_size)
        self.output = nn.Linear(config.hidden_size, outputs)
        for layer in (self.dense, self.output):
            nn.init.normal_(layer.weight, std=STD, generator=generator)
            nn.init.zeros_(layer.bias)
        self.dropout = nn.Dropout(dropout)
        for module in self.modules():
            if isinstance(module, nn.Dropout):
                module.p = dropout
        self.special, self.token_types = evaluated.special, evaluated.token_types
        self.to(evaluated.device)

    def forward(self, ids: Tensor, types: Tensor, mapped: bool = False) -> Tensor:
        """Outputs, fp32 [rows, outputs], for ids and types, int64 [rows, length]. All ids must be used ones.

        `mapped` says that torch.vmap maps this call. BERT then needs a mask of its final shape: it would otherwise look
        whether anything is masked.
        """
        attended = ids != self.special.pad
        mask = attended[:, None, None] if mapped else attended.long()
        told = {"token_type_ids": types} if self.token_types else {}
        states = self.encoder(input_ids=self.places[ids], attention_mask=mask, **told).last_hidden_state
        features = self._features(states, attended, ~self.special.is_special(ids), types == 1)
        outputs: Tensor = self.output(self.dropout(torch.tanh(self.dense(features))))
        return outputs

    def _features(self, states: Tensor, attended: Tensor, real: Tensor, second: Tensor) -> Tensor:
        """Input of the head, [rows, width], from states [rows, length, hidden]; the masks are bool [rows, length]."""
        if self.head == "cls":
            return states[:, 0] if self.last is None else _first_state(self.last, states, attended)
        return matched_states(states, real & ~second, real & second) if self.pairs else mean_state(states, real)


def _take_last_layer(encoder: PreTrainedModel) -> nn.Module | None:
    """Remove and return the last layer of a BERT. Any other model stays whole, and the result is None."""
    if not isinstance(encoder, BertModel):
        return None
    *lower, last = encoder.encoder.layer
    encoder.encoder.layer = nn.ModuleList(lower)
    found: nn.Module = last
    return found


def _first_state(layer: Any, states: Tensor, attended: Tensor) -> Tensor:
    """Output of a BERT layer at the first position, [rows, hidden], for its input states [rows, length, hidden]."""
    attention = layer.attention.self
    rows, first = len(states), states[:, :1]

    def heads(vectors: Tensor) -> Tensor:
        return vectors.view(rows, -1, attention.num_attention_heads, attention.attention_head_size).transpose(1, 2)

    mixed = functional.scaled_dot_product_attention(
        heads(attention.query(first)),
        heads(attention.key(states)),
        heads(attention.value(states)),
        attn_mask=attended[:, None, None, :],
        dropout_p=attention.dropout.p if layer.training else 0.0,
    )
    context = layer.attention.output(mixed.transpose(1, 2).reshape(first.shape), first)
    state: Tensor = layer.output(layer.intermediate(context), context)
    return state[:, 0]
