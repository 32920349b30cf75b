"""The model under evaluation, and its tokenized texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from tinypt.files import read_json
from tinypt.modeling.forward import pick_device
from tinypt.modeling.load import load_model
from tinypt.modeling.types import longest_text
from tinypt.runtime.errors import PipelineError, environment_fault, first_line
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds

BATCH = 64  # texts or blocks per forward pass; not a parameter, because no score depends on it


@dataclass(frozen=True)
class EvaluatedModel:
    """A model with its tokenizer, on its device and in evaluation mode.

    max_length: longest text in pieces, special tokens included. Longer texts are truncated.
    token_types: whether the model tells the texts of a pair apart by token types, as BERT does and XLM-R does not.
    """

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    special: SpecialIds
    device: torch.device
    max_length: int
    token_types: bool = True


def load_evaluated(name: str, folder: Path, max_length: int) -> EvaluatedModel:
    """Load the model in `folder` under `name`. `max_length` is limited to the number of its positions.

    Raises:
        PipelineError: the folder holds no complete model.
    """
    device = pick_device()
    model, tokenizer = load_model(folder).to(device).eval(), load_tokenizer(folder)
    return _evaluated(name, model, tokenizer, device, max_length)


def load_encoder_model(name: str, folder: Path, max_length: int) -> EvaluatedModel:
    """Load a published encoder, also that of a sentence-transformers model, from `folder` under `name`.

    Raises:
        PipelineError: the folder holds no encoder that transformers can load without running its code.
    """
    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        modules = folder / "modules.json"  # of sentence-transformers; the first module is the encoder
        path = folder / read_json(modules)[0]["path"] if modules.exists() else folder
        model, tokenizer = AutoModel.from_pretrained(path, **options), AutoTokenizer.from_pretrained(path, **options)
    except Exception as error:  # the libraries raise many kinds
        if environment_fault(error):
            raise
        raise PipelineError(f"{folder}: cannot be loaded for fine-tuning: {first_line(error)}") from None
    device = pick_device()
    return _evaluated(name, model.float().to(device).eval(), tokenizer, device, max_length)


def _evaluated(
    name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, device: torch.device, max_length: int
) -> EvaluatedModel:
    length = min(max_length, longest_text(model.config))
    types = 1 in tokenizer("a", "b", return_token_type_ids=True)["token_type_ids"]
    known = getattr(model.config, "type_vocab_size", 0) > 1
    return EvaluatedModel(name, model, tokenizer, SpecialIds.of(tokenizer), device, length, types and known)


@dataclass(frozen=True)
class Pieces:
    """Tokenized texts, [CLS] a [SEP], or pairs, [CLS] a [SEP] b [SEP].

    ids: token ids of each row.
    types: for each of these 0 if it belongs to the first text, 1 if to the second.
    """

    ids: list[list[int]]
    types: list[list[int]]

    def lengths(self) -> NDArray[np.int64]:
        """Number of pieces in each row, special tokens included: int64 [rows]."""
        return np.array([len(ids) for ids in self.ids], dtype=np.int64)


def tokenize_texts(evaluated: EvaluatedModel, first: list[str], second: list[str] | None) -> Pieces:
    """Tokenize texts or pairs, truncated to the model's max_length. In a pair the longer text is cut first.

    The length is passed explicitly, because the limit stored with a published tokenizer is often 1e30.
    """
    encoded = evaluated.tokenizer(
        first, second, truncation=True, max_length=evaluated.max_length, return_token_type_ids=True
    )
    types = encoded["token_type_ids"]
    if not evaluated.token_types:
        types = [[int(text == 1) for text in row.sequence_ids] for row in encoded.encodings]
    return Pieces(encoded["input_ids"], types)


def length_sorted(lengths: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Row numbers in batches of similar length, shortest first, to keep padding short."""
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def pad(pieces: Pieces, rows: NDArray[np.int64], evaluated: EvaluatedModel) -> tuple[Tensor, Tensor]:
    """Ids and types of the given rows, int64 [rows, longest], padded at the end, on the model's device."""
    longest = max(len(pieces.ids[row]) for row in rows)
    ids = torch.full((len(rows), longest), evaluated.special.pad)
    types = torch.zeros((len(rows), longest), dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(pieces.ids[row])] = torch.tensor(pieces.ids[row])
        types[index, : len(pieces.types[row])] = torch.tensor(pieces.types[row])
    return ids.to(evaluated.device), types.to(evaluated.device)
