"""Building the student a parameter set asks for, before any training."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertConfig, BertForMaskedLM, PreTrainedModel, PreTrainedTokenizerBase

from tinypt.modeling.embeddings import fvt, pca_basis, teacher_pca
from tinypt.modeling.initialisation import attend_to_neighbours
from tinypt.params.models import Architecture
from tinypt.params.students import Init, Shape
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.trimming import ids_in, trim

Counts = NDArray[np.int64]
Ids = NDArray[np.int64]
TEACHER_PCA = ("teacher_pca", "teacher_pca_weighted")


def random_bert(architecture: Architecture, tokenizer: PreTrainedTokenizerBase, seed: int) -> BertForMaskedLM:
    """Make a BERT of the given shape with random weights for `tokenizer`'s vocabulary."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        hidden_size=architecture.hidden,
        num_hidden_layers=architecture.layers,
        num_attention_heads=architecture.heads,
        intermediate_size=architecture.feed_forward,
        max_position_embeddings=architecture.positions,
    )
    return _initialised(config, seed, architecture.initialisation)


def same_shape(
    base: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    seed: int,
    initialisation: str = "random",
    shape: Shape | None = None,
) -> BertForMaskedLM:
    """Make a model with the architecture of `base`, of another `shape` if given, for `tokenizer`'s vocabulary."""
    config = BertConfig.from_dict(base.config.to_dict())
    config.vocab_size, config.pad_token_id = len(tokenizer), tokenizer.pad_token_id
    config.tie_word_embeddings = True
    if shape is not None:
        config.num_hidden_layers, config.hidden_size = shape.layers, shape.hidden
        config.num_attention_heads, config.intermediate_size = shape.heads, shape.feed_forward
    return _initialised(config, seed, initialisation)


def build_student(
    options: Init,
    base: tuple[PreTrainedModel, PreTrainedTokenizerBase],
    teacher: tuple[PreTrainedModel, PreTrainedTokenizerBase],
    seed: int,
    counts: Counts | None = None,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Build the student of one parameter set, before training.

    Args:
        options: the set's `student` block.
        base: the original BERT-tiny and its tokenizer.
        teacher: the teacher and its tokenizer.
        seed: for whatever is random.
        counts: how often each of the teacher's pieces is used, [vocabulary]; for teacher_pca_weighted and trimmed.

    Returns:
        The student, with a tied MLM head, and its tokenizer.

    Raises:
        PipelineError: teacher_pca with a teacher narrower than the student; base or fvt with a student that
            has another width than the base model.
    """
    base_model, base_tokenizer = base
    teacher_model, teacher_tokenizer = teacher
    tokenizer = base_tokenizer if options.tokenizer == "base" else teacher_tokenizer
    if options.vocabulary == "trimmed":
        assert counts is not None
        tokenizer = trim(teacher_tokenizer, counts)
    student = same_shape(base_model, tokenizer, seed, options.encoder, options.architecture)
    if options.encoder == "base":
        _copy_encoder(base_model, student)
    table = student.get_input_embeddings().weight
    width = table.shape[1]
    source = base_model.get_input_embeddings().weight
    if options.embeddings in ("base", "fvt") and source.shape[1] != width:
        raise PipelineError(
            f"embeddings: {options.embeddings} needs a student of the base model's width {source.shape[1]}, not {width}"
        )
    with torch.no_grad():
        # Over one's own vocabulary the output bias is little but how frequent each piece is.
        origin, owner = base if options.tokenizer == "base" else teacher
        ids = ids_in(tokenizer, owner)
        assert ids is not None
        student.cls.predictions.bias.copy_(origin.cls.predictions.bias[ids])
        if options.embeddings == "base":
            table.copy_(source)
        if options.embeddings == "fvt":
            table.copy_(fvt(source, base_tokenizer, tokenizer))
        elif options.embeddings in TEACHER_PCA:
            teacher_table = teacher_model.get_input_embeddings().weight
            if (theirs := teacher_table.shape[1]) < width:
                raise PipelineError(
                    f"embeddings: {options.embeddings} needs a teacher at least {width} wide; it has {theirs}"
                )
            weights = counts if options.embeddings == "teacher_pca_weighted" else None
            table.copy_(teacher_pca(teacher_table[ids], width, None if weights is None else weights[ids]))
    return student, tokenizer


def make_projection(
    options: Init,
    width: int,
    teacher: PreTrainedModel,
    seed: int,
    counts: Counts | None = None,
    ids: Ids | None = None,
) -> nn.Linear:
    """The training-only map from the student's hidden states to the teacher's, [teacher width, student width].

    With teacher_pca embeddings it starts from the same principal directions, so that it maps the
    student's embeddings back to the teacher's; otherwise it is random.

    Args:
        options: the set's `student` block.
        width: the student's.
        teacher: the teacher.
        seed: of a random map.
        counts: for teacher_pca_weighted alone, how often each of the student's pieces is used, [vocabulary].
        ids: the teacher's id of each of the student's pieces, [vocabulary]; None: every row of its table.
    """
    torch.manual_seed(seed)
    table = teacher.get_input_embeddings().weight
    projection = nn.Linear(width, table.shape[1], bias=False)
    if options.embeddings in TEACHER_PCA:
        rows = table if ids is None else table[ids]
        with torch.no_grad():
            projection.weight.copy_(pca_basis(rows, width, counts).T.float())
    return projection


def make_maps(
    options: Init,
    width: int,
    teacher: PreTrainedModel,
    count: int,
    seed: int,
    counts: Counts | None = None,
    ids: Ids | None = None,
) -> nn.ModuleList:
    """One training-only map as of `make_projection` for each of `count` pairs of layers, from seeds of their own."""
    seeds = range(seed + 1, seed + 1 + count)
    return nn.ModuleList(make_projection(options, width, teacher, each, counts, ids) for each in seeds)


def _initialised(config: BertConfig, seed: int, initialisation: str) -> BertForMaskedLM:
    torch.manual_seed(seed)
    model: BertForMaskedLM = BertForMaskedLM(config).eval()
    if initialisation == "neighbours":
        attend_to_neighbours(model)
    return model


def _copy_encoder(source: PreTrainedModel, target: BertForMaskedLM) -> None:
    """Copy every weight that does not depend on the vocabulary; the shapes agree by construction."""
    weights = {
        name: value
        for name, value in source.state_dict().items()
        if "word_embeddings" not in name
        and not name.startswith("cls.predictions.decoder")
        and name != "cls.predictions.bias"
    }
    target.load_state_dict(weights, strict=False)
