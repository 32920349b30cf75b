"""Obtaining the teacher or the base model: a published model, or a stand-in pre-trained by MLM."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tinypt.files import fingerprint, source_files, work_folder, write_json
from tinypt.modeling.bert import random_bert
from tinypt.modeling.forward import pick_device
from tinypt.modeling.initialisation import predict_frequencies
from tinypt.modeling.load import load_published, save_model
from tinypt.modeling.types import longest_text
from tinypt.params.models import Base, HubModel, PretrainedBase, PretrainedTeacher, Teacher, Vocabulary
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.frequency import count_ids
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.vocabulary import make_tokenizer, read_vocabulary, train_vocabulary
from tinypt.training.loop import train
from tinypt.training.objective import MlmObjective

# The code that decides the weights. A checkpoint left by a killed run is used only if it is unchanged.
CODE = source_files("modeling", "tokens", "training")
Texts = Callable[[], Iterable[str]]
Metrics = dict[str, int | float]


def make_model(name: str, options: Teacher | Base, texts: Texts, length: int, seed: int) -> None:
    """Write models/<name> and metrics/<name>/<name>.json.

    Args:
        name: teacher or base.
        options: source of the model.
        texts: starts a pass over the texts to pre-train on; not called for a published model.
        length: tokens in a pre-training block.
        seed: for initial weights, order and masks.

    Raises:
        PipelineError: the model has fewer positions than `length`; or see `load_published`.
    """
    if isinstance(options, HubModel):
        model, tokenizer = load_published(options.id, options.revision, options.cased)
        _require_positions(options.id, longest_text(model.config), length)
        if name == "base" and model.config.model_type != "bert":
            raise PipelineError(f"{options.id}: is a model of type {model.config.model_type}; the base must be a bert")
        metrics: Metrics = {}
    else:
        model, tokenizer, metrics = _pretrain(name, options, texts, length, seed)
    metrics |= {"parameters": sum(weight.numel() for weight in model.parameters()), "vocabulary": len(tokenizer)}
    save_model(model, tokenizer, Path("models") / name)
    write_json(Path("metrics") / name / f"{name}.json", metrics)


def _pretrain(
    name: str, options: PretrainedTeacher | PretrainedBase, texts: Texts, length: int, seed: int
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, Metrics]:
    _require_positions(f"params.yaml: {name}.architecture", options.architecture.positions, length)
    vocabulary = _vocabulary(options.vocabulary, texts)
    tokenizer = make_tokenizer(vocabulary, options.vocabulary.cased, options.architecture.positions)
    work = work_folder(name, "blocks")
    shutil.rmtree(work)
    work.mkdir()
    write_blocks(texts(), tokenizer, length, work)
    key = fingerprint([options, vocabulary, seed], [work / "blocks.npy", *CODE])
    model = random_bert(options.architecture, tokenizer, seed)
    blocks = open_blocks(work)
    predict_frequencies(model, count_ids(blocks.ids, len(tokenizer)))
    objective = MlmObjective(model, SpecialIds.of(tokenizer))
    checkpoint = work_folder("checkpoints", f"{name}-{key}") / "checkpoint.pt"
    result = train(objective, blocks, options.training, seed, pick_device(), checkpoint, name)
    shutil.rmtree(checkpoint.parent)
    shutil.rmtree(work)
    metrics: Metrics = {
        "validation_mlm_start": result.validation_start,
        "validation_mlm": result.validation_end,
        "steps": result.steps,
        "tokens": result.tokens,
    }
    return model, tokenizer, metrics


def _require_positions(owner: str, positions: int, length: int) -> None:
    if positions < length:
        raise PipelineError(f"{owner}: has positions for {positions} pieces, but tokenize.length is {length}")


def _vocabulary(options: Vocabulary, texts: Texts) -> dict[str, int]:
    if options.path is not None:
        return read_vocabulary(options.path)
    return train_vocabulary(texts, options.size, options.cased)
