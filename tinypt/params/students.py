"""students: the parameter sets, one per student; a set is data, not code."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require
from tinypt.params.training import Training

TERMS = ("mlm", "kl", "kl_all", "cosine", "hidden", "relations")
ONE_VOCABULARY = ("kl", "kl_all", "hidden")  # terms that compare piece by piece
CACHED = ("mlm", "kl", "cosine")  # terms that targets: cached allows; every layer's states would be terabytes


@dataclass(frozen=True)
class Shape:
    """Shape of a student's encoder."""

    layers: int
    hidden: int
    heads: int
    feed_forward: int

    def __post_init__(self) -> None:
        """Refuse shapes no BERT can have."""
        for key in ("layers", "hidden", "heads", "feed_forward"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(self.hidden % self.heads == 0, "heads", f"must divide hidden ({self.hidden}), is {self.heads}")


@dataclass(frozen=True)
class Init:
    """What the student starts from.

    `tokenizer` base keeps BERT-tiny's own; teacher swaps it for the teacher's. `vocabulary` full takes all of it,
    trimmed the pieces of Latin script that the training split uses (the teacher's alone). `embeddings` and `encoder`
    say where their weights come from: base (BERT-tiny's), random, teacher_pca (the teacher's table
    reduced to the student's width), teacher_pca_weighted (the same, frequent pieces counting for more),
    fvt (the mean of BERT-tiny's pieces for each of the teacher's), neighbours (random, with heads that
    start out attending to their neighbours). `architecture` is BERT-tiny's where it is null.
    """

    tokenizer: Literal["base", "teacher"]
    vocabulary: Literal["full", "trimmed"]
    embeddings: Literal["base", "random", "teacher_pca", "teacher_pca_weighted", "fvt"]
    encoder: Literal["base", "random", "neighbours"]
    architecture: Shape | None

    def __post_init__(self) -> None:
        """Refuse embeddings that do not go with the tokenizer, and weights that do not go with the shape."""
        ours, theirs = ("base", "random"), ("random", "teacher_pca", "teacher_pca_weighted", "fvt")
        allowed = ours if self.tokenizer == "base" else theirs
        require(
            self.embeddings in allowed,
            "embeddings",
            f"must be one of {', '.join(allowed)} with tokenizer: {self.tokenizer}, is {self.embeddings}",
        )
        whole = self.tokenizer == "teacher" or self.vocabulary == "full"
        require(whole, "vocabulary", "must be full with tokenizer: base, whose embeddings are BERT-tiny's")
        if self.architecture is not None:
            require(self.encoder != "base", "encoder", "base has BERT-tiny's shape; architecture must be null with it")
            even = self.architecture.hidden // self.architecture.heads % 2 == 0
            require(even or self.encoder == "random", "encoder", "neighbours needs heads of even size")


@dataclass(frozen=True)
class Distill(Training):
    """The loss, as weights of its terms, and the training.

    `losses` names the terms to compute (mlm, kl, kl_all, cosine, hidden, relations) with their weights; kl is
    of the masked positions, kl_all of all. `temperature` belongs to these two; `alignment` to cosine: token
    (same tokenizer), word or sentence (mean-pooled); `layers`, pairs of student layer and teacher layer counted
    from 1, to hidden and relations; `relation_heads` to relations, which are those of words where the
    tokenizers differ. Each is null where its term is not used. `targets` live asks the teacher at every step;
    cached reads what the `targets` stage stored of it.
    """

    losses: dict[str, float]
    temperature: float | None
    alignment: Literal["token", "word", "sentence"] | None
    layers: tuple[tuple[int, ...], ...] | None
    relation_heads: int | None
    targets: Literal["live", "cached"]

    def __post_init__(self) -> None:
        """Refuse unknown terms, and keys whose term is not used."""
        super().__post_init__()
        require(bool(self.losses), "losses", f"must name at least one of {', '.join(TERMS)}")
        for term, weight in self.losses.items():
            require(term in TERMS, f"losses.{term}", f"unknown term; known are {', '.join(TERMS)}")
            require(weight > 0, f"losses.{term}", f"must be greater than 0 (leave the term out instead), is {weight}")
        self._belongs("temperature", self.temperature, "kl", "kl_all")
        self._belongs("alignment", self.alignment, "cosine")
        self._belongs("layers", self.layers, "hidden", "relations")
        self._belongs("relation_heads", self.relation_heads, "relations")
        for index, pair in enumerate(self.layers or ()):
            whole = len(pair) == 2 and min(pair) > 0
            require(whole, f"layers[{index}]", f"must be [student layer, teacher layer], from 1, is {list(pair)}")
        require(self.layers != (), "layers", "must name at least one pair [student layer, teacher layer]")
        heads = self.relation_heads
        require(heads is None or heads > 0, "relation_heads", f"must be greater than 0, is {heads}")
        require(self.temperature is None or self.temperature > 0, "temperature", f"must be > 0, is {self.temperature}")
        if self.targets == "cached":
            for term in self.losses:
                require(term in CACHED, "targets", f"cached does not store what losses.{term} compares; take live")
            require(self.alignment != "token", "targets", "cached stores no vectors of tokens; take live, or sentence")
            require(self.losses.keys() != {"mlm"}, "targets", "must be live, since losses.mlm asks no teacher")

    def _belongs(self, key: str, value: object, *terms: str) -> None:
        used = [term for term in terms if term in self.losses]
        if used:
            require(value is not None, key, f"must be given, since losses.{used[0]} uses it")
        else:
            users = " or ".join(f"losses.{term}" for term in terms)
            require(value is None, key, f"must be null, since only {users} would use it")


@dataclass(frozen=True)
class Student:
    """One parameter set."""

    init: Init
    distill: Distill

    def __post_init__(self) -> None:
        """Refuse losses that the two tokenizers do not allow."""
        shared = self.init.tokenizer == "teacher"
        for term in ONE_VOCABULARY:
            require(
                shared or term not in self.distill.losses,
                f"distill.losses.{term}",
                "compares piece by piece; init.tokenizer: base keeps another vocabulary than the teacher's",
            )
        require(
            shared or self.distill.alignment != "token",
            "distill.alignment",
            "token needs init.tokenizer: teacher; use word or sentence",
        )
        require(
            self.init.vocabulary == "full" or self.distill.targets == "live",
            "distill.targets",
            "must be live with init.vocabulary: trimmed; what is stored is of the teacher's whole vocabulary",
        )
        require(
            not (shared and self.distill.alignment == "word"),
            "distill.alignment",
            "word is for two different tokenizers; with init.tokenizer: teacher use token",
        )
