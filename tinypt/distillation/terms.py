"""The loss terms that compare hidden states: cosine, hidden and relations."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from tinypt.distillation import losses
from tinypt.distillation.pooling import compared, pool, pool_words, word_exists
from tinypt.distillation.teacher import States, Teacher
from tinypt.modeling.forward import attention_maps, attention_vectors, encode_layers
from tinypt.modeling.types import sizes
from tinypt.params.fit import check_layers
from tinypt.tokens.masking import SpecialIds
from tinypt.training.batches import Batch


class Cosine(nn.Module):
    """Cosine distance of the student's projected vectors from the teacher's, of tokens, words or blocks.

    Tokens are all positions but padding, as in DistilBERT: without [CLS] among them, nothing would teach the state from
    which classifiers start. The vector of a block is the mean of its text alone, without special tokens.
    """

    def __init__(self, projection: nn.Linear, alignment: str, special: SpecialIds) -> None:
        """`projection` is trained; `alignment` is token, word or sentence; `special` are the student's special ids."""
        super().__init__()
        self.projection, self.alignment, self.special = projection, alignment, special

    def counted(self, batch: Batch) -> Tensor:
        """The vectors that exist: bool, as from `compared`."""
        return compared(self.alignment, batch.words, self._positions(batch))

    def forward(self, batch: Batch, states: Tensor, teacher_vectors: Tensor) -> Tensor:
        """The term, from the student's last states and the teacher's vectors."""
        vectors = pool(self.alignment, states, batch.words, self._positions(batch))
        return losses.cosine(self.projection(vectors), teacher_vectors, self.counted(batch))

    def _positions(self, batch: Batch) -> Tensor:
        """The positions that vectors are made of: bool [blocks, length]."""
        if self.alignment == "token":
            return batch.ids != self.special.pad
        return ~self.special.is_special(batch.ids)


class Layers(nn.Module):
    """The terms that compare pairs of layers: hidden, relations, or both. Each is the mean over the pairs.

    A term's weight therefore means the same for any number of pairs.
    """

    def __init__(
        self,
        student: PreTrainedModel,
        teacher: Teacher,
        special: SpecialIds,
        pairs: Sequence[tuple[int, ...]],
        maps: nn.ModuleList | None = None,
        relation_heads: int | None = None,
    ) -> None:
        """Keep the teacher and the maps.

        Args:
            student: the model that is trained.
            teacher: the live teacher.
            special: the student's special ids.
            pairs: (student layer, teacher layer), counted from 1.
            maps: for hidden, a linear map for each pair from the student's width to the teacher's; trained. None
                leaves the term out.
            relation_heads: for relations. None leaves the term out.

        Raises:
            PipelineError: a layer exceeds a model's depth, relation_heads does not divide a model's width, or, for
                relations, a model's attention is unlike BERT's.
        """
        super().__init__()
        check_layers(pairs, relation_heads, sizes(student.config), sizes(teacher.model.config))
        for side, model in enumerate((student, teacher.model) if relation_heads else ()):
            attention_maps(model, pairs[0][side])
        self.maps, self.teacher, self.special = maps, teacher, special
        self.pairs, self.relation_heads = pairs, relation_heads

    @torch.no_grad()
    def install_hooks(self, student: PreTrainedModel) -> None:
        """Run both models once, so that transformers installs the hooks that return the states of every layer.

        It does so at the first call, under a lock that torch.compile cannot enter: the graph would break there.
        """
        for model, special in ((student, self.special), (self.teacher.model, self.teacher.special)):
            encode_layers(model, torch.full((1, 1), special.mask, device=model.device), special)

    def counted(self, batch: Batch) -> dict[str, Tensor]:
        """For each term, the positions it averages over: bool [blocks, length].

        These are all positions but padding, as in TinyBERT and MiniLMv2: [CLS] is taught too. For relations with two
        tokenizers they are the words that both have.
        """
        attended = batch.ids != self.special.pad
        return {"hidden": attended, "relations": attended if batch.words is None else word_exists(batch.words)}

    def forward(
        self, batch: Batch, student: PreTrainedModel, states: States, teacher_states: States
    ) -> dict[str, Tensor]:
        """The terms by name, from the hidden states of every layer of both models."""
        found: dict[str, list[Tensor]] = {}
        counted = self.counted(batch)
        for index, (layer, teacher_layer) in enumerate(self.pairs):
            if self.maps is not None:
                mapped = self.maps[index](states[layer])
                term = losses.hidden(mapped, teacher_states[teacher_layer], counted["hidden"])
                found.setdefault("hidden", []).append(term)
            if self.relation_heads is not None:
                vectors = _of_words(attention_vectors(student, states, layer), batch.words)
                teacher_vectors = _of_words(
                    attention_vectors(self.teacher.model, teacher_states, teacher_layer), batch.teacher_words
                )
                term = losses.relations(vectors, teacher_vectors, self.relation_heads, counted["relations"])
                found.setdefault("relations", []).append(term)
        return {name: torch.stack(terms).mean() for name, terms in found.items()}


def _of_words(kinds: tuple[Tensor, Tensor, Tensor], words: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Means over each word's pieces of queries, keys and values, word i of a block at position i.

    With one tokenizer (`words` is None) the vectors stay those of tokens.
    """
    if words is None:
        return kinds
    query, key, value = (pool_words(vectors, words)[0] for vectors in kinds)
    return query, key, value
