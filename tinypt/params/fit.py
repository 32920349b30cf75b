"""Whether a student fits the sizes of the models that it is made from and learns from.

The stages ask again, with the models themselves; `python -m stages.check` asks before the first stage.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tinypt.params.models import Architecture
from tinypt.params.students import Init
from tinypt.runtime.errors import PipelineError

TEACHER_PCA = ("teacher_pca", "teacher_pca_weighted")


@dataclass(frozen=True)
class Sizes:
    """Sizes of an encoder.

    table: width of its embeddings, which ALBERT and ELECTRA widen to `hidden`. types: of tokens, which tell the two
    texts of a pair apart. activation: of its feed-forward layers.
    """

    layers: int
    hidden: int
    heads: int
    feed_forward: int
    positions: int
    table: int
    types: int
    activation: str


def sizes_of(architecture: Architecture) -> Sizes:
    """Sizes of a model that is pre-trained here."""
    return Sizes(
        architecture.layers,
        architecture.hidden,
        architecture.heads,
        architecture.feed_forward,
        architecture.positions,
        table=architecture.hidden,
        types=2,
        activation="gelu",
    )


def student_sizes(init: Init, base: Sizes) -> Sizes:
    """Sizes of a student: those of the base model, but for its own architecture."""
    if (shape := init.architecture) is None:
        return base
    return replace(
        base,
        layers=shape.layers,
        hidden=shape.hidden,
        heads=shape.heads,
        feed_forward=shape.feed_forward,
        table=shape.hidden,
    )


def check_init(init: Init, base: Sizes, teacher: Sizes, sentence_width: int | None = None) -> None:
    """Check that a student fits the weights that it starts from.

    Args:
        init: the student's `init` block.
        base, teacher: the two models.
        sentence_width: of the sentence teacher's vectors; None where it is not known.

    Raises:
        PipelineError: they do not; the message begins with the key.
    """
    own = student_sizes(init, base)
    if init.encoder == "teacher":
        for key in ("hidden", "heads", "feed_forward"):
            ours, theirs = getattr(own, key), getattr(teacher, key)
            if ours != theirs:
                raise PipelineError(
                    f"encoder: teacher needs a student with the teacher's {key} {theirs}, not {ours}; set architecture"
                )
        for key in ("types", "activation"):
            ours, theirs = getattr(own, key), getattr(teacher, key)
            if ours != theirs:
                raise PipelineError(f"encoder: teacher has {key} {theirs}, the base model {ours}; take another encoder")
        for key in ("layers", "positions"):
            ours, theirs = getattr(own, key), getattr(teacher, key)
            if ours > theirs:
                raise PipelineError(f"encoder: teacher has {theirs} {key}, the student needs {ours}")
    if init.encoder == "neighbours" and own.hidden // own.heads % 2:
        raise PipelineError(f"encoder: neighbours needs an even head size, is {own.hidden // own.heads}")
    copied = {"base": ("base model", base), "fvt": ("base model", base), "teacher": ("teacher", teacher)}
    if init.embeddings in copied:
        owner, model = copied[init.embeddings]
        if model.table != own.hidden:
            raise PipelineError(
                f"embeddings: {init.embeddings} needs a student of the {owner}'s width {model.table}, not {own.hidden}"
            )
    if init.embeddings in TEACHER_PCA and teacher.table < own.hidden:
        raise PipelineError(
            f"embeddings: {init.embeddings} needs a teacher at least {own.hidden} wide; it has {teacher.table}"
        )
    if init.embeddings == "sentence_teacher" and sentence_width is not None and sentence_width < own.hidden:
        raise PipelineError(
            f"embeddings: sentence_teacher needs an encoder at least {own.hidden} wide; it has {sentence_width}"
        )


def check_layers(pairs: Iterable[tuple[int, ...]], relation_heads: int | None, student: Sizes, teacher: Sizes) -> None:
    """Check the keys `layers` and `relation_heads` of a `distill` block.

    Raises:
        PipelineError: a layer exceeds a model's depth, or relation_heads does not divide a model's width.
    """
    for side, (owner, model) in enumerate((("student", student), ("teacher", teacher))):
        for pair in pairs:
            if pair[side] > model.layers:
                raise PipelineError(
                    f"layers: {list(pair)} names layer {pair[side]} of the {owner}, which has {model.layers}"
                )
        if relation_heads is not None and model.hidden % relation_heads:
            width = f"the {owner}'s width of {model.hidden}"
            raise PipelineError(f"relation_heads: must divide {width}, is {relation_heads}")


def check_width(width: int | None, teacher: Sizes) -> None:
    """Check the key `width` of a `targets` block.

    Raises:
        PipelineError: it is not less than the teacher's.
    """
    if width is not None and width >= teacher.hidden:
        raise PipelineError(f"width: must be less than the teacher's {teacher.hidden}, is {width}; null keeps all")
