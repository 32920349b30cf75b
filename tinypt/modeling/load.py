"""Loading and saving models and tokenizers as folders in Hugging Face's layout."""

import json
import logging
import pickle
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
from transformers.utils import cached_file
from transformers.utils import logging as transformers_logging

from tinypt.files import atomic_path
from tinypt.runtime.errors import PipelineError, first_line
from tinypt.tokens.vocabulary import write_vocabulary

LOADING = ("is_local", "local_files_only")  # how a tokenizer was loaded, which transformers would save with it


def load_model(folder: Path) -> PreTrainedModel:
    """Load one of the pipeline's own models in fp32, with its masked-language-model head.

    Raises:
        PipelineError: the folder is missing or the model is incomplete.
    """
    _quiet()
    if not (folder / "config.json").is_file():
        raise PipelineError(f"{folder}: no model here; run the stage that writes it (`dvc repro`)")
    try:
        model, report = AutoModelForMaskedLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
    except (OSError, ValueError, SafetensorError) as error:
        raise PipelineError(f"{folder}: cannot be loaded as a masked language model: {first_line(error)}") from None
    _refuse_missing_weights(str(folder), report)
    return model


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load one of the pipeline's own tokenizers.

    Raises:
        PipelineError: the folder is missing or has no tokenizer.
    """
    if not (folder / "tokenizer.json").is_file():
        raise PipelineError(f"{folder}: no tokenizer here; run the stage that writes it (`dvc repro`)")
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def load_published(id: str, revision: str | None, cased: bool) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a published BERT and its tokenizer, by hub id and commit or from a folder in the hub's layout.

    Old releases lack files that current loaders expect: BERTimbau has no tokenizer.json, and BERT-tiny
    (prajjwal1/bert-tiny) lacks that and a model_type. Both are read as BERT, from vocab.txt. `cased` decides the
    tokenizer's case, which their configuration leaves open. Weights in .bin files are read with weights_only=True,
    transformers' default.

    Raises:
        PipelineError: the model is missing or incomplete, or its tokenizer has more pieces than its embeddings rows.
    """
    _quiet(downloads=True)
    try:
        config = json.loads(Path(_file(id, revision, "config.json")).read_text(encoding="utf-8"))
        if config.get("model_type", "bert") == "bert":
            tokenizer = BertTokenizer.from_pretrained(id, revision=revision, do_lower_case=not cased)
            model_class = BertForMaskedLM
        else:
            tokenizer, model_class = AutoTokenizer.from_pretrained(id, revision=revision), AutoModelForMaskedLM
        model, report = model_class.from_pretrained(
            id, revision=revision, dtype=torch.float32, weights_only=True, output_loading_info=True
        )
    except (OSError, ValueError, SafetensorError, RuntimeError, pickle.UnpicklingError) as error:
        raise PipelineError(f"{id} (revision {revision}): cannot be loaded: {first_line(error)}") from None
    _refuse_missing_weights(id, report)
    if len(tokenizer) > model.config.vocab_size:
        raise PipelineError(
            f"{id}: its tokenizer has {len(tokenizer):,} pieces, its embeddings only {model.config.vocab_size:,} rows"
        )
    tokenizer.model_max_length = model.config.max_position_embeddings
    return model, tokenizer


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write weights (safetensors), configuration, tokenizer and vocab.txt as one folder, atomically."""
    _quiet()
    for key in LOADING:
        tokenizer.init_kwargs.pop(key, None)
    with atomic_path(folder) as temporary:
        model.save_pretrained(temporary)
        for weights in temporary.glob("*.safetensors"):  # safetensors lets only their owner read them
            shutil.copymode(temporary / "config.json", weights)
        tokenizer.save_pretrained(temporary)
        write_vocabulary(tokenizer, temporary / "vocab.txt")


def _file(id: str, revision: str | None, name: str) -> str:
    if Path(id).is_dir():
        return str(Path(id) / name)
    return str(cached_file(id, name, revision=revision))


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
