"""experiments: the parameter sets, one per student; a set is data, not code."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require
from tinypt.params.training import Training

TERMS = ("mlm", "kl", "cosine")


@dataclass(frozen=True)
class Student:
    """What the student starts from.

    `tokenizer` base keeps BERT-tiny's own; teacher swaps it for the teacher's. `embeddings` and `encoder`
    say where their weights come from: base (BERT-tiny's), random, teacher_pca (the teacher's table
    reduced to the student's width), fvt (the mean of BERT-tiny's pieces for each of the teacher's),
    neighbours (random, with heads that start out attending to their neighbours).
    """

    tokenizer: Literal["base", "teacher"]
    embeddings: Literal["base", "random", "teacher_pca", "fvt"]
    encoder: Literal["base", "random", "neighbours"]

    def __post_init__(self) -> None:
        """Refuse embeddings that do not go with the tokenizer."""
        allowed = {"base": ("base", "random"), "teacher": ("random", "teacher_pca", "fvt")}[self.tokenizer]
        require(
            self.embeddings in allowed,
            "embeddings",
            f"must be one of {', '.join(allowed)} with tokenizer: {self.tokenizer}, is {self.embeddings}",
        )


@dataclass(frozen=True)
class Distill(Training):
    """The loss, as weights of its terms, and the training.

    `losses` names the terms to compute (mlm, kl, cosine) with their weights. `temperature` belongs to kl,
    `alignment` to cosine: token (same tokenizer), word or sentence (mean-pooled); both are null where
    their term is not used.
    """

    losses: dict[str, float]
    temperature: float | None
    alignment: Literal["token", "word", "sentence"] | None

    def __post_init__(self) -> None:
        """Refuse unknown terms, and keys whose term is not used."""
        super().__post_init__()
        require(bool(self.losses), "losses", f"must name at least one of {', '.join(TERMS)}")
        for term, weight in self.losses.items():
            require(term in TERMS, f"losses.{term}", f"unknown term; known are {', '.join(TERMS)}")
            require(weight > 0, f"losses.{term}", f"must be greater than 0 (leave the term out instead), is {weight}")
        self._belongs("temperature", self.temperature, "kl")
        self._belongs("alignment", self.alignment, "cosine")
        require(self.temperature is None or self.temperature > 0, "temperature", f"must be > 0, is {self.temperature}")

    def _belongs(self, key: str, value: object, term: str) -> None:
        if term in self.losses:
            require(value is not None, key, f"must be given, since losses.{term} uses it")
        else:
            require(value is None, key, f"must be null, since only losses.{term} would use it")


@dataclass(frozen=True)
class Experiment:
    """One parameter set."""

    student: Student
    distill: Distill

    def __post_init__(self) -> None:
        """Refuse losses that the two tokenizers do not allow."""
        shared = self.student.tokenizer == "teacher"
        require(
            shared or "kl" not in self.distill.losses,
            "distill.losses.kl",
            "compares distributions over one vocabulary; student.tokenizer: base keeps another than the teacher's",
        )
        require(
            shared or self.distill.alignment != "token",
            "distill.alignment",
            "token needs student.tokenizer: teacher; use word or sentence",
        )
        require(
            not (shared and self.distill.alignment == "word"),
            "distill.alignment",
            "word is for two different tokenizers; with student.tokenizer: teacher use token",
        )
