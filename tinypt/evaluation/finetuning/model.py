"""A model that is trained on tasks: an encoder and a head, without what neither training nor answering touches."""

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, PreTrainedModel

from tinypt.evaluation.finetuning.heads import ALIGNMENTS, matched_states, mean_state
from tinypt.evaluation.model import EvaluatedModel, Pieces
from tinypt.params.evaluate import Head

STD = 0.02  # BERT's initial standard deviation


def used_ids(evaluated: EvaluatedModel, texts: Iterable[Pieces]) -> Tensor:
    """Ids that occur in `texts`, and that of padding, sorted: int64."""
    found = {id for pieces in texts for ids in pieces.ids for id in ids} | {evaluated.special.pad}
    return torch.tensor(sorted(found))


class TaskModel(nn.Module):
    """An encoder with a head: a dense layer, tanh, dropout and the output layer, as in BERT.

    What the head reads is the state at [CLS] (`cls`), or (`matched`) the mean state of a text's pieces and for a pair
    what `matched_states` makes of it; special tokens are left out there. It is always new, even where a checkpoint
    brings a pooler: MLM checkpoints have none, and what is compared is the encoders.

    Two savings change no output and no gradient. Of the embedding table only the rows of `used` ids are kept,
    a tenth in a task of some thousand sentences, so that an optimizer has no more to go through. And for `cls` BERT's
    last layer is computed at that position alone, since the head reads nothing else.
    """

    def __init__(
        self, evaluated: EvaluatedModel, used: Tensor, pairs: bool, outputs: int, head: Head, seed: int
    ) -> None:
        """Take a copy of the evaluated's encoder, for `pairs` of texts or single ones; `seed` alone draws the head."""
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
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.special = evaluated.special
        self.to(evaluated.device)

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        """Outputs [rows, outputs] of ids, all of them used ones, and types [rows, length]."""
        attended = ids != self.special.pad
        states = self.encoder(
            input_ids=self.places[ids], token_type_ids=types, attention_mask=attended.long()
        ).last_hidden_state
        read = self._read(states, attended, ~self.special.is_special(ids), types == 1)
        outputs: Tensor = self.output(self.dropout(torch.tanh(self.dense(read))))
        return outputs

    def _read(self, states: Tensor, attended: Tensor, real: Tensor, second: Tensor) -> Tensor:
        """What the head reads of states [rows, length, hidden]; the masks are [rows, length]."""
        if self.head == "cls":
            return states[:, 0] if self.last is None else _first_state(self.last, states, attended)
        return matched_states(states, real & ~second, real & second) if self.pairs else mean_state(states, real)


def _take_last_layer(encoder: PreTrainedModel) -> nn.Module | None:
    """Cut off and return the last layer of a BERT; None for any other model, which stays whole."""
    if not isinstance(encoder, BertModel):
        return None
    *lower, last = encoder.encoder.layer
    encoder.encoder.layer = nn.ModuleList(lower)
    found: nn.Module = last
    return found


def _first_state(layer: Any, states: Tensor, attended: Tensor) -> Tensor:
    """A BERT layer's output at the first position, [rows, hidden], of its input [rows, length, hidden]."""
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
