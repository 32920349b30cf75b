"""Building a student before training, and the training-only maps from its width to the teacher's."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertForMaskedLM, PreTrainedModel, PreTrainedTokenizerBase

from tinypt.modeling.bert import config_like, new_bert
from tinypt.modeling.embeddings import SENTENCE_STD, STD, Encode, fvt, pca_basis, sentence_pca, teacher_pca
from tinypt.modeling.initialisation import predict_frequencies
from tinypt.modeling.types import sizes
from tinypt.params.fit import TEACHER_PCA, check_init
from tinypt.params.students import Init
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.trimming import ids_in, trim

Counts = NDArray[np.int64]
Ids = NDArray[np.int64]


def build_student(
    options: Init,
    base: tuple[PreTrainedModel, PreTrainedTokenizerBase],
    teacher: tuple[PreTrainedModel, PreTrainedTokenizerBase],
    seed: int,
    counts: Counts,
    encode: Encode | None = None,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Build a student, before training.

    Args:
        options: the student's `init` block.
        base: the original BERT-tiny and its tokenizer.
        teacher: the teacher and its tokenizer.
        seed: for random weights.
        counts: occurrences in the training blocks of each piece of the tokenizer that `options` names, int64
            [vocabulary].
        encode: the sentence teacher; required for embeddings: sentence_teacher.

    Returns:
        The student and its tokenizer. The MLM head is tied to the embeddings; its bias starts from the frequencies of
        the pieces, whatever the models it starts from hold there. With embeddings: teacher it is the teacher's.

    Raises:
        PipelineError: the model whose vectors are reduced, teacher or sentence teacher, is narrower than the student;
            or embeddings or encoder takes weights of another width or shape than the student's.
    """
    base_model, base_tokenizer = base
    teacher_model, teacher_tokenizer = teacher
    check_init(options, sizes(base_model.config), sizes(teacher_model.config))
    tokenizer = base_tokenizer if options.tokenizer == "base" else teacher_tokenizer
    if options.vocabulary == "trimmed":
        tokenizer = trim(teacher_tokenizer, counts)
    config = config_like(base_model, tokenizer)
    if (shape := options.architecture) is not None:
        config.num_hidden_layers, config.hidden_size = shape.layers, shape.hidden
        config.num_attention_heads, config.intermediate_size = shape.heads, shape.feed_forward
    # As students are trained. With BERT's 0.1, models this small lose in fine-tuning (docs/tasks.md).
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    student = new_bert(config, seed, options.encoder)
    if options.encoder == "base":
        _copy_encoder(base_model, student)
    elif options.encoder == "teacher":
        _copy_layers(teacher_model, student)
    table = student.get_input_embeddings().weight
    width = table.shape[1]
    source = base_model.get_input_embeddings().weight
    teacher_table = teacher_model.get_input_embeddings().weight
    ids = ids_in(tokenizer, base_tokenizer if options.tokenizer == "base" else teacher_tokenizer)
    assert ids is not None
    predict_frequencies(student, counts[ids])
    with torch.no_grad():
        if options.embeddings == "base":
            table.copy_(source)
        if options.embeddings == "fvt":
            table.copy_(fvt(source, base_tokenizer, tokenizer))
        elif options.embeddings == "teacher":
            table.copy_(teacher_table[ids])
            if (bias := teacher_model.get_output_embeddings().bias) is not None:
                student.cls.predictions.bias.copy_(bias[ids])
        elif options.embeddings in TEACHER_PCA:
            weights = counts[ids] if options.embeddings == "teacher_pca_weighted" else None
            table.copy_(teacher_pca(teacher_table[ids], width, weights))
        elif options.embeddings == "sentence_teacher":
            assert encode is not None
            std = STD if options.encoder == "neighbours" else SENTENCE_STD
            table.copy_(sentence_pca(encode, tokenizer, counts[ids], table, std))
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
    student's embeddings back to the teacher's. Otherwise, or if the teacher's embeddings are narrower than its states
    (ALBERT, ELECTRA), it is random.

    Args:
        options: the student's `init` block.
        width: the student's.
        teacher: the teacher.
        seed: for a random map.
        counts: for teacher_pca_weighted only, occurrences of each of the student's pieces, int64 [vocabulary].
        ids: the teacher's id of each of the student's pieces, int64 [vocabulary]; None for every row of its table.
    """
    torch.manual_seed(seed)
    table, hidden = teacher.get_input_embeddings().weight, teacher.config.hidden_size
    projection = nn.Linear(width, hidden, bias=False)
    if options.embeddings in TEACHER_PCA and table.shape[1] == hidden:
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
    """Training-only maps, as from `make_projection`, one for each of `count` pairs of layers; each has its own seed."""
    seeds = range(seed + 1, seed + 1 + count)
    return nn.ModuleList(make_projection(options, width, teacher, each, counts, ids) for each in seeds)


def _copy_encoder(source: PreTrainedModel, target: BertForMaskedLM) -> None:
    """Copy every weight that does not depend on the vocabulary; the shapes are equal by construction."""
    weights = {
        name: value
        for name, value in source.state_dict().items()
        if "word_embeddings" not in name
        and not name.startswith("cls.predictions.decoder")
        and name != "cls.predictions.bias"
    }
    target.load_state_dict(weights, strict=False)


def _copy_layers(teacher: PreTrainedModel, student: BertForMaskedLM) -> None:
    """Copy positions, MLM head and every n-th layer up to the last, as DistilBERT does (Sanh et al. 2019)."""
    ours, theirs = student.config, teacher.config
    if theirs.model_type != ours.model_type:
        raise PipelineError(f"encoder: teacher needs a teacher of type {ours.model_type}, not {theirs.model_type}")
    layers = ours.num_hidden_layers
    with torch.no_grad():
        positions = student.bert.embeddings.position_embeddings.weight
        positions.copy_(teacher.bert.embeddings.position_embeddings.weight[: len(positions)])
    student.bert.embeddings.token_type_embeddings.load_state_dict(
        teacher.bert.embeddings.token_type_embeddings.state_dict()
    )
    student.bert.embeddings.LayerNorm.load_state_dict(teacher.bert.embeddings.LayerNorm.state_dict())
    student.cls.predictions.transform.load_state_dict(teacher.cls.predictions.transform.state_dict())
    for index, layer in enumerate(student.bert.encoder.layer):
        source = (index + 1) * theirs.num_hidden_layers // layers - 1
        layer.load_state_dict(teacher.bert.encoder.layer[source].state_dict())
