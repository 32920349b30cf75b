"""The objective that a student's parameters ask for."""

from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tinypt.distillation.cached_targets import CachedTargets, open_cached
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.sentences import SentenceTerms, tokenize_sentences
from tinypt.distillation.teacher import Teacher, TeacherOutputs
from tinypt.distillation.terms import Cosine, Layers
from tinypt.modeling.load import load_model
from tinypt.modeling.student import make_maps, make_projection
from tinypt.params.students import ONE_VOCABULARY, TEACHER_TERMS, Distill, Student
from tinypt.params.targets import mismatch
from tinypt.runtime.errors import PipelineError
from tinypt.sentences.store import open_store
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.trimming import ids_in
from tinypt.training.batches import Order
from tinypt.training.objective import MlmObjective, Objective


def student_objective(
    name: str,
    student_params: Student,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    blocks: Blocks,
    teacher_folder: Path,
    cached_folder: Path,
    sentences_folder: Path,
    seed: int,
) -> Objective:
    """Build the objective of a student's `distill` block, with the teacher and the training-only maps it needs.

    Args:
        name: the student's, for error messages.
        student_params: its parameters.
        model: the student before training.
        tokenizer: the student's.
        blocks: the training blocks.
        teacher_folder: models/teacher; read for terms that compare with it alone.
        cached_folder: data/targets/<tokenizer>/cached; read with targets: cached alone.
        sentences_folder: data/sentences/stored; read with sentences: stored alone.
        seed: of the training; also for random maps.

    Raises:
        PipelineError: a term does not fit the models, or the cached targets do not fit the parameters.
    """
    init, options, special = student_params.init, student_params.distill, SpecialIds.of(tokenizer)
    if options.losses.keys() == {"mlm"}:
        return MlmObjective(model, special, options.losses["mlm"])
    sentences = None
    if options.sentences == "stored":
        sentences = _sentence_terms(options, model, tokenizer, blocks, sentences_folder, seed)
    if not options.losses.keys() & set(TEACHER_TERMS):
        return DistillationObjective(model, special, options.losses, None, sentences=sentences)
    teacher_model, teacher_tokenizer = load_model(teacher_folder), load_tokenizer(teacher_folder)
    ids = ids_in(tokenizer, teacher_tokenizer) if init.tokenizer == "teacher" else None
    for term in ONE_VOCABULARY:
        if term in options.losses and ids is None:
            raise PipelineError(
                f"students.{name}: losses.{term} needs the teacher's vocabulary, but the student has another; "
                "run the student stage again"
            )
    live = Teacher(teacher_model, SpecialIds.of(teacher_tokenizer), ids)
    cached = _open_cached(cached_folder, name, student_params, blocks.length) if options.targets == "cached" else None
    width = model.config.hidden_size
    counts = count_pieces(blocks.ids, tokenizer) if init.embeddings == "teacher_pca_weighted" else None
    cosine = layers = maps = None
    if options.alignment is not None:
        projection = make_projection(init, width, teacher_model, seed, counts, ids)
        cosine = Cosine(projection if cached is None else cached.reduce(projection), options.alignment, special)
    if options.layers is not None:
        if "hidden" in options.losses:
            maps = make_maps(init, width, teacher_model, len(options.layers), seed, counts, ids)
        layers = Layers(model, live, special, options.layers, maps, options.relation_heads)
    teacher: TeacherOutputs = live if cached is None else cached
    return DistillationObjective(
        model, special, options.losses, teacher, options.temperature or 1.0, cosine, layers, sentences
    )


def _sentence_terms(
    options: Distill,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    blocks: Blocks,
    folder: Path,
    seed: int,
) -> SentenceTerms:
    assert options.sentences_per_block is not None
    store, projection = open_store(folder), None
    if "sentence" in options.losses:
        torch.manual_seed(seed)
        projection = nn.Linear(model.config.hidden_size, store.vectors.shape[1], bias=False)
    return SentenceTerms(
        tokenize_sentences(store, tokenizer, blocks.length),
        options.sentences_per_block,
        Order(len(blocks) - options.validation_blocks, seed),
        SpecialIds.of(tokenizer),
        projection,
        "similarity" in options.losses,
    )


def _open_cached(folder: Path, name: str, student_params: Student, length: int) -> CachedTargets:
    """Open the cached targets and check them again: params.yaml may have changed since they were cached."""
    cached = open_cached(folder, length)
    message = mismatch(student_params, None if cached is None else cached.options)
    if cached is None or message is not None:
        raise PipelineError(f"students.{name}.distill.targets: {message}")
    return cached
