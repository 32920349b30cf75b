"""Sentences shown with the blocks, and the terms that compare their vectors with a sentence encoder's.

Every block brings a fixed number of sentences from the store. They are a function of the seed, the epoch and the block
alone: not of batches, accumulation, workers or a restart. A block's place in the order of training chooses them, so
training runs through the whole store before it shows a sentence again.
"""

import logging
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tinypt.distillation import losses
from tinypt.modeling.forward import encode, mean_state
from tinypt.sentences.store import SentenceStore
from tinypt.tokens.blocks import batches
from tinypt.tokens.masking import SpecialIds
from tinypt.training.batches import Batch, Order, Rows, to_device
from tinypt.training.mlm import to_fp32

log = logging.getLogger(__name__)
GROUP = 32  # sentences of like length that a CPU encodes together
SHUFFLING = 1 << 30  # added to the seed, so that the order of the sentences does not depend on that of the blocks


@dataclass(frozen=True)
class TokenizedSentences:
    """The store's sentences in the student's pieces, and their vectors.

    ids: uint16 [pieces], one sentence after the other, each with its [CLS] and [SEP].
    starts: int64 [sentences + 1], index in `ids` of each sentence's first piece, then len(ids).
    vectors: fp16 [sentences, width], a sentence encoder's.
    """

    ids: NDArray[np.uint16]
    starts: NDArray[np.int64]
    vectors: NDArray[np.float16]

    def __len__(self) -> int:
        """Number of sentences."""
        return len(self.vectors)

    def sizes(self, rows: Rows) -> NDArray[np.int64]:
        """Number of pieces of some sentences."""
        return self.starts[rows + 1] - self.starts[rows]

    def padded(self, rows: Rows, pad: int) -> NDArray[np.int64]:
        """Ids of some sentences, [rows, longest], filled up with `pad`."""
        sizes = self.sizes(rows)
        columns = np.arange(sizes.max())
        inside = columns < sizes[:, None]
        padded = np.full(inside.shape, pad, dtype=np.int64)
        padded[inside] = self.ids[(self.starts[rows][:, None] + columns)[inside]]
        return padded


def tokenize_sentences(store: SentenceStore, tokenizer: PreTrainedTokenizerBase, length: int) -> TokenizedSentences:
    """Tokenize the store's sentences once, each cut to `length` pieces with [CLS] and [SEP]; log how many are cut."""
    parts, cut = [], 0
    for batch in batches(store.texts):
        for ids in tokenizer(batch, truncation=False, verbose=False)["input_ids"]:
            if len(ids) > length:
                ids[length - 1 :] = ids[-1:]
                cut += 1
            parts.append(np.array(ids, dtype=np.uint16))
    log.info("sentences: %s, of which %s are cut to %s pieces", f"{len(parts):,}", f"{cut:,}", length)
    starts = np.cumsum([0, *map(len, parts)])
    return TokenizedSentences(np.concatenate(parts), starts, store.vectors)


class SentenceTerms(nn.Module):
    """The terms sentence and similarity, of the sentences that come with a batch's blocks.

    The student's vector of a sentence is what sentence-transformers' mean pooling gives: the mean of the last states at
    all attended positions, [CLS] and [SEP] included. The vector that is taught is thus the vector that a user of the
    release gets. The term sentence teaches the state at [CLS] as well, since classifiers start from it; its value is
    the mean of both distances. The text is not masked.
    """

    def __init__(
        self,
        sentences: TokenizedSentences,
        per_block: int,
        order: Order,
        special: SpecialIds,
        projection: nn.Linear | None,
        similarity: bool,
    ) -> None:
        """Keep the sentences and the projection.

        Args:
            sentences: the tokenized store.
            per_block: number of sentences that a block brings.
            order: of the training blocks.
            special: the special ids of the student's tokenizer.
            projection: for the term sentence, from the student's width to that of the stored vectors; trained. None
                leaves the term out.
            similarity: whether to compute the term similarity.
        """
        super().__init__()
        self.sentences, self.per_block, self.special = sentences, per_block, special
        self.projection, self.similarity = projection, similarity
        self._blocks, self._sentences = order, Order(len(sentences), order.seed + SHUFFLING)

    def read(self, rows: Rows, epochs: Rows, device: torch.device) -> dict[str, Tensor]:
        """The sentences of some blocks: tensors for the batch's `extra`.

        sentence_ids: int64 [sentences, longest], padded, from the shortest sentence to the longest.
        sentence_vectors: fp32 [sentences, width].
        """
        first = self._blocks.places(rows, epochs) * self.per_block
        chosen, _ = self._sentences.rows((first[:, None] + np.arange(self.per_block)).ravel())
        chosen = chosen[np.argsort(self.sentences.sizes(chosen), kind="stable")]
        return {
            "sentence_ids": to_device(self.sentences.padded(chosen, self.special.pad), device),
            "sentence_vectors": to_device(self.sentences.vectors[chosen].astype(np.float32), device),
        }

    def counts(self, batch: Batch) -> dict[str, Tensor]:
        """Number of sentences, and of the pairs among them, in a batch."""
        ids = batch.extra["sentence_ids"]
        number = len(ids)
        return {"sentence": ids.new_full((), number), "similarity": ids.new_full((), number * (number - 1) // 2)}

    def forward(self, batch: Batch, student: PreTrainedModel) -> dict[str, Tensor]:
        """The terms by name."""
        expected = batch.extra["sentence_vectors"]
        groups = self._groups(batch.extra["sentence_ids"])
        means, first = [], []
        for ids in groups:
            states = to_fp32(encode(student, ids, self.special))
            means.append(mean_state(states, ids != self.special.pad))
            first.append(states[:, 0])
        vectors, terms = torch.cat(means), {}
        if self.projection is not None:
            both = torch.stack([vectors, torch.cat(first)], dim=1)
            terms["sentence"] = losses.sentence(self.projection(both), expected[:, None])
        if self.similarity:
            terms["similarity"] = losses.similarity(vectors, expected)
        return terms

    def _groups(self, ids: Tensor) -> list[Tensor]:
        """The sentences in groups, each padded to its own longest: a CPU need not compute two thirds of padding.

        A GPU would wait for the lengths, and a compiled graph has one group.
        """
        if ids.device.type != "cpu" or torch.compiler.is_compiling():
            return [ids]
        groups = [ids[start : start + GROUP] for start in range(0, len(ids), GROUP)]
        return [group[:, : int((group != self.special.pad).sum(dim=1).max())] for group in groups]
