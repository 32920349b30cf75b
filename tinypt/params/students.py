"""Section students: how each student is initialised and trained."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require, require_counts
from tinypt.params.models import MOST_LAYERS, WIDEST
from tinypt.params.training import Training

TEACHER_TERMS = ("kl", "kl_all", "cosine", "hidden", "relations")  # terms that compare with the teacher
SENTENCE_TERMS = ("sentence", "similarity")  # terms that compare with a sentence encoder
TERMS = ("mlm", *TEACHER_TERMS, *SENTENCE_TERMS)
ONE_VOCABULARY = ("kl", "kl_all", "hidden")  # terms that compare token by token, so need the teacher's tokenizer
UNCACHED = ("kl_all", "hidden", "relations")  # terms that targets: cached refuses; their targets would be terabytes

MOST_PER_BLOCK = 10_000  # heads of relations, or sentences; a larger number is a slip


@dataclass(frozen=True)
class Shape:
    """Shape of a student's encoder."""

    layers: int
    hidden: int
    heads: int
    feed_forward: int

    def __post_init__(self) -> None:
        """Refuse impossible shapes."""
        require_counts(self, "layers", largest=MOST_LAYERS)
        require_counts(self, "hidden", "heads", "feed_forward", largest=WIDEST)
        require(self.hidden % self.heads == 0, "heads", f"must divide hidden ({self.hidden}), is {self.heads}")


@dataclass(frozen=True)
class Init:
    """A student's tokenizer, shape and initial weights.

    Attributes:
        tokenizer: base (BERT-tiny's) or teacher (the teacher's).
        vocabulary: full, or trimmed (the pieces of Latin script that the training split uses), which needs the
            teacher's tokenizer.
        embeddings: initial embeddings. With either tokenizer: random, or sentence_teacher (the sentence teacher's
            vectors of the pieces, reduced to the student's width). With BERT-tiny's also base (BERT-tiny's). With the
            teacher's also teacher (the teacher's table and output bias), teacher_pca (its table reduced to the
            student's width), teacher_pca_weighted (the same, with pieces weighted by frequency) or fvt (for each piece,
            the mean of the BERT-tiny pieces that spell it).
        encoder: base (BERT-tiny's weights), teacher (every n-th layer of the teacher), random, or neighbours (random,
            but heads start by attending to adjacent tokens).
        architecture: null for BERT-tiny's shape.
    """

    tokenizer: Literal["base", "teacher"]
    vocabulary: Literal["full", "trimmed"]
    embeddings: Literal["base", "random", "teacher", "teacher_pca", "teacher_pca_weighted", "fvt", "sentence_teacher"]
    encoder: Literal["base", "teacher", "random", "neighbours"]
    architecture: Shape | None

    def __post_init__(self) -> None:
        """Refuse embeddings that do not fit the tokenizer, and weights that do not fit the shape."""
        own = ("base",) if self.tokenizer == "base" else ("teacher", "teacher_pca", "teacher_pca_weighted", "fvt")
        allowed = (*own, "random", "sentence_teacher")
        require(
            self.embeddings in allowed,
            "embeddings",
            f"must be one of {', '.join(allowed)} with tokenizer: {self.tokenizer}, is {self.embeddings}",
        )
        trimmable = self.tokenizer == "teacher" or self.vocabulary == "full"
        require(trimmable, "vocabulary", "must be full with tokenizer: base")
        if self.architecture is not None:
            require(
                self.encoder != "base", "encoder", "base are weights of BERT-tiny's shape; set architecture to null"
            )
            size = self.architecture.hidden // self.architecture.heads
            fits = size % 2 == 0 or self.encoder != "neighbours"
            require(fits, "encoder", f"neighbours needs an even head size, is {size}")


@dataclass(frozen=True)
class Distill(Training):
    """The loss and the training of a student.

    Each attribute but `losses`, `targets` and `sentences` belongs to the terms named, and is null without them.

    Attributes:
        losses: weight by term: mlm, kl (logits at masked positions), kl_all (logits at all positions), cosine,
            hidden, relations, sentence (cosine with stored vectors), similarity (cosines between sentences). A term
            that is not listed is not computed.
        temperature: of kl and kl_all.
        alignment: what cosine compares: token (needs the teacher's tokenizer), word or sentence (mean of a block).
        layers: pairs [student layer, teacher layer], counted from 1, of hidden and relations.
        relation_heads: of relations, which relate words if the two tokenizers differ, else tokens.
        targets: live runs the teacher at every step; cached reads the outputs cached by the targets stage.
        sentences: stored reads the sentences and vectors stored by the sentences stage, for sentence and similarity;
            none reads nothing.
        sentences_per_block: of sentence and similarity, sentences shown with each block.
        masking: whether training masks pieces or whole words. Validation always masks pieces.
    """

    losses: dict[str, float]
    temperature: float | None
    alignment: Literal["token", "word", "sentence"] | None
    layers: tuple[tuple[int, ...], ...] | None
    relation_heads: int | None
    targets: Literal["live", "cached"]
    sentences: Literal["none", "stored"]
    sentences_per_block: int | None
    masking: Literal["pieces", "words"]

    def __post_init__(self) -> None:
        """Refuse unknown terms, and options of terms that are not used."""
        super().__post_init__()
        require(bool(self.losses), "losses", f"must name at least one of {', '.join(TERMS)}")
        for term, weight in self.losses.items():
            require(term in TERMS, f"losses.{term}", f"unknown term; known are {', '.join(TERMS)}")
            require(
                weight > 0,
                f"losses.{term}",
                f"must be greater than 0, is {weight}; to switch the term off, leave it out",
            )
        self._belongs("temperature", "kl", "kl_all")
        self._belongs("alignment", "cosine")
        self._belongs("layers", "hidden", "relations")
        self._belongs("relation_heads", "relations")
        self._belongs("sentences_per_block", *SENTENCE_TERMS)
        self._belongs("sentences", *SENTENCE_TERMS, off="none")
        for index, pair in enumerate(self.layers or ()):
            valid = len(pair) == 2 and min(pair) > 0
            require(valid, f"layers[{index}]", f"must be [student layer, teacher layer], from 1, is {list(pair)}")
        require(self.layers != (), "layers", "must name at least one pair [student layer, teacher layer]")
        require_counts(self, "temperature", "relation_heads", "sentences_per_block", largest=MOST_PER_BLOCK)
        if self.targets == "cached":
            for term in self.losses:
                require(term not in UNCACHED, "targets", f"losses.{term} cannot use cached outputs; use live")
            require(
                self.alignment != "token", "targets", "cached has no token vectors; use live, or alignment: sentence"
            )
            uses_teacher = bool(self.losses.keys() & set(TEACHER_TERMS))
            require(uses_teacher, "targets", "must be live, since no term in losses uses the teacher")

    def _belongs(self, key: str, *terms: str, off: str | None = None) -> None:
        """Refuse a value other than `off` without one of the terms, and `off` with one."""
        value, shown = getattr(self, key), "null" if off is None else off
        used = [term for term in terms if term in self.losses]
        if used:
            require(value != off, key, f"must not be {shown}, since losses.{used[0]} uses it")
        else:
            users = " or ".join(f"losses.{term}" for term in terms)
            require(value == off, key, f"must be {shown}, since only {users} uses it")


@dataclass(frozen=True)
class Student:
    """One student: its initial state and its training."""

    init: Init
    distill: Distill

    def __post_init__(self) -> None:
        """Refuse losses that the two tokenizers do not allow, and cached targets for a trimmed vocabulary."""
        shared = self.init.tokenizer == "teacher"
        for term in ONE_VOCABULARY:
            require(
                shared or term not in self.distill.losses,
                f"distill.losses.{term}",
                "compares token by token, so it needs init.tokenizer: teacher",
            )
        require(
            shared or self.distill.alignment != "token",
            "distill.alignment",
            "token needs init.tokenizer: teacher; use word or sentence",
        )
        require(
            self.init.vocabulary == "full" or self.distill.targets == "live",
            "distill.targets",
            "must be live with init.vocabulary: trimmed; cached outputs are for the full vocabulary",
        )
        require(
            not (shared and self.distill.alignment == "word"),
            "distill.alignment",
            "word is for two different tokenizers; with init.tokenizer: teacher use token or sentence",
        )
