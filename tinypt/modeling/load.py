"""Loading and saving models and tokenizers as folders in Hugging Face's layout."""

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertForMaskedLM,
    BertTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from tinypt.files import sealed_path, verify
from tinypt.modeling.types import HEADS, PADDED_POSITIONS, WORDPIECE, longest_text
from tinypt.runtime.errors import PipelineError, environment_fault, first_line
from tinypt.runtime.hub import fetch_model
from tinypt.tokens.load import unlimited
from tinypt.tokens.pieces import check_vocabulary, is_wordpiece, pieces_of
from tinypt.tokens.vocabulary import read_vocabulary

# Without one of these, transformers makes up an empty tokenizer.
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "spm.model", "spiece.model", "sentencepiece.bpe.model")
SPECIAL_TOKENS = ("cls_token", "sep_token", "pad_token", "mask_token", "unk_token")
_POINTER = b"version https://git-lfs"  # in place of a file that was not fetched

LOADING = ("is_local", "local_files_only")  # how a tokenizer was loaded, which transformers would save with it


def load_model(folder: Path) -> PreTrainedModel:
    """Load one of the pipeline's own models in fp32, with its masked-language-model head.

    Raises:
        PipelineError: the folder is missing or the model is incomplete.
    """
    _quiet()
    if not (folder / "config.json").is_file():
        raise PipelineError(f"{folder}: no model here; run the stage that writes it (`dvc repro`)")
    verify(folder)
    try:
        model, report = AutoModelForMaskedLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
    except (OSError, ValueError, SafetensorError) as error:
        if environment_fault(error):
            raise
        raise PipelineError(f"{folder}: cannot be loaded as a masked language model: {first_line(error)}") from None
    _refuse_missing_weights(str(folder), report)
    return model


def load_published(id: str, revision: str | None, cased: bool) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a published model and its tokenizer, by hub id and commit or from a folder in the hub's layout.

    Old releases lack files that current loaders expect: BERTimbau has no tokenizer.json, and BERT-tiny
    (prajjwal1/bert-tiny) lacks that and a model_type. Both are read as BERT, from vocab.txt. `cased` decides the case
    of BERT's tokenizer, which their configuration leaves open. Weights in .bin files are read with weights_only=True.

    Raises:
        PipelineError: the model is missing, incomplete or of a type that later stages cannot use; or its vocabulary
            does not fit its embeddings or files of 16-bit ids, or lacks one of BERT's special tokens.
    """
    _quiet(downloads=True)
    folder = fetch_model(id, revision)  # transformers would also ask a service to convert the model, and fetch that
    _refuse_pointers(folder)
    try:
        config = json.loads(_require(id, revision, folder / "config.json").read_text(encoding="utf-8"))
        kind = config.get("model_type", "bert")
        if kind not in HEADS:
            raise PipelineError(f"{id}: is a model of type {kind}; these can be used: {', '.join(HEADS)}")
        if config.get("is_decoder"):
            raise PipelineError(f"{id}: its config.json has is_decoder: true; a decoder sees no later words")
        _refuse_vocabulary(id, revision, folder, kind in WORDPIECE)
        if kind in WORDPIECE:
            tokenizer = unlimited(BertTokenizer.from_pretrained(folder, do_lower_case=not cased))
        else:
            tokenizer = unlimited(AutoTokenizer.from_pretrained(folder))
        model_class = BertForMaskedLM if kind == "bert" else AutoModelForMaskedLM
        model, report = model_class.from_pretrained(
            folder,
            dtype=torch.float32,
            weights_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are refused below, by name
        )
        longest, layers = longest_text(model.config), model.config.num_hidden_layers
    except PipelineError:
        raise
    except Exception as error:  # the libraries raise many kinds, and Exception itself
        if environment_fault(error):
            raise
        raise PipelineError(f"{id} (revision {revision}): cannot be loaded: {first_line(error)}") from None
    _refuse_missing_weights(id, report)
    if layers < 1:
        raise PipelineError(f"{id}: its config.json has {layers} layers (num_hidden_layers); it must have at least one")
    for name, found, expected in sorted(report["mismatched_keys"]):
        raise PipelineError(
            f"{id}: its weights {name} have the shape {tuple(found)}, by its config.json {tuple(expected)}; "
            "these files are not of one model"
        )
    for name, weights in model.named_parameters():
        if not weights.isfinite().all():
            raise PipelineError(f"{id}: its weights {name} are not all finite; download the model again")
        if weights.ndim > 1 and "token_type" not in name and not (weights != weights.flatten()[0]).any():
            # RoBERTa's token types are zeros by design
            raise PipelineError(f"{id}: its weights {name} are all {weights.flatten()[0]:g}; download the model again")
    pieces, rows, last = len(tokenizer), model.config.vocab_size, max(tokenizer.get_vocab().values())
    if pieces > rows:
        raise PipelineError(f"{id}: its tokenizer has {pieces:,} pieces, its embeddings only {rows:,} rows")
    if pieces != last + 1:
        raise PipelineError(f"{id}: its tokenizer has {pieces:,} pieces with ids up to {last:,}; ids may not have gaps")
    if pieces < rows / 2:
        raise PipelineError(
            f"{id}: its tokenizer has {pieces:,} pieces, its embeddings {rows:,} rows; this is not its own vocabulary"
        )
    check_vocabulary(tokenizer, id)
    for token in SPECIAL_TOKENS:
        if getattr(tokenizer, token) is None:
            raise PipelineError(f"{id}: its tokenizer has no {token}, which masked language modelling needs")
    tokens = [getattr(tokenizer, token) for token in SPECIAL_TOKENS]
    if len(set(tokens)) < len(tokens):
        raise PipelineError(f"{id}: its tokenizer has one token for two of {', '.join(SPECIAL_TOKENS)}: {tokens}")
    if not hasattr(model, HEADS[kind][0]):
        raise PipelineError(f"{id}: this {kind} has another head than {HEADS[kind][0]}, the only one that can be used")
    padding = tokenizer.pad_token_id, model.config.pad_token_id
    if kind in PADDED_POSITIONS and padding[0] != padding[1]:
        raise PipelineError(f"{id}: its tokenizer pads with the id {padding[0]}, its config.json says {padding[1]}")
    tokenizer.model_max_length = longest
    return model, tokenizer


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write weights (safetensors), configuration, tokenizer and BERT's vocab.txt, if any, as one folder, atomically."""
    _quiet()
    for key in LOADING:
        tokenizer.init_kwargs.pop(key, None)
    with sealed_path(folder) as temporary:
        model.save_pretrained(temporary)
        for weights in temporary.glob("*.safetensors"):  # safetensors lets only their owner read them
            shutil.copymode(temporary / "config.json", weights)
        tokenizer.save_pretrained(temporary)
        if is_wordpiece(tokenizer):
            lines = "".join(f"{piece}\n" for piece in pieces_of(tokenizer))
            (temporary / "vocab.txt").write_text(lines, encoding="utf-8")


def _require(id: str, revision: str | None, path: Path) -> Path:
    if not path.exists():
        raise PipelineError(f"{id} (revision {revision}): has no {path.name}; download all of the model's files")
    return path


def _refuse_vocabulary(id: str, revision: str | None, folder: Path, wordpiece: bool) -> None:
    """Refuse a model without a vocabulary, or with a vocab.txt of BERT's whose lines are not its ids."""
    if not any((folder / name).exists() for name in _TOKENIZERS):
        raise PipelineError(
            f"{id} (revision {revision}): has none of {', '.join(_TOKENIZERS)}; download all of the model's files"
        )
    if wordpiece and (folder / "vocab.txt").exists():
        read_vocabulary(folder / "vocab.txt")


def _refuse_pointers(folder: Path) -> None:
    """Refuse a folder in which Git LFS has left pointers in place of large files."""
    for file in sorted(folder.iterdir()):
        if file.is_file():
            with file.open("rb") as stream:
                if stream.read(len(_POINTER)) == _POINTER:
                    raise PipelineError(f"{file}: is a Git LFS pointer, not the file; run `git lfs pull` in its folder")


def _refuse_missing_weights(name: str, report: dict[str, Any]) -> None:
    """Refuse missing weights, such as the head's, which transformers would fill with random numbers."""
    if missing := sorted(report["missing_keys"]):
        raise PipelineError(f"{name}: the weights lack {missing[0]} ({len(missing)} missing in all)")


def _quiet(downloads: bool = False) -> None:
    """Silence progress bars, except a download's, and notices about unused heads; missing weights are checked here."""
    if downloads and sys.stderr.isatty():
        transformers_logging.enable_progress_bar()
    else:
        transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity(logging.ERROR)
