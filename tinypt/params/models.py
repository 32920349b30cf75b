"""Sections teacher and base: the two models that a student is made from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tinypt.params.corpus import FilesCorpus
from tinypt.params.loader import require, require_commit, require_counts
from tinypt.params.training import Training

MOST_LAYERS, WIDEST = 1_000, 100_000  # of an encoder; a larger number is a slip, and no memory would hold the model


@dataclass(frozen=True)
class HubModel:
    """A published model: a hub id with its commit, or a local folder in the same layout."""

    source: Literal["hub"]
    id: str
    revision: str | None
    cased: bool

    def __post_init__(self) -> None:
        """Refuse a hub id without a commit."""
        require_commit(self.id, self.revision)


@dataclass(frozen=True)
class Architecture:
    """Shape of a BERT encoder, and its initial weights.

    `initialisation` is random (as BERT) or neighbours (heads start by attending to adjacent tokens).
    """

    layers: int
    hidden: int
    heads: int
    feed_forward: int
    positions: int
    initialisation: Literal["random", "neighbours"]

    def __post_init__(self) -> None:
        """Refuse impossible shapes."""
        require_counts(self, "layers", largest=MOST_LAYERS)
        require_counts(self, "hidden", "heads", "feed_forward", "positions", largest=WIDEST)
        require(self.hidden % self.heads == 0, "heads", f"must divide hidden ({self.hidden}), is {self.heads}")
        size = self.hidden // self.heads
        fits = size % 2 == 0 or self.initialisation == "random"
        require(fits, "initialisation", f"neighbours needs an even head size, is {size}")


@dataclass(frozen=True)
class Vocabulary:
    """A WordPiece vocabulary: read from `path` (a vocab.txt), or trained to `size` pieces if `path` is null."""

    path: Path | None
    size: int
    cased: bool

    def __post_init__(self) -> None:
        """Refuse a size too small for the letters or too large for the 16-bit token files."""
        require(100 <= self.size <= 65_535, "size", f"must be from 100 to 65535, is {self.size}")


@dataclass(frozen=True)
class PretrainedTeacher:
    """A stand-in teacher: a BERT pre-trained with MLM on the training split."""

    source: Literal["pretrain"]
    vocabulary: Vocabulary
    architecture: Architecture
    training: Training


@dataclass(frozen=True)
class EnglishSample:
    """Generated English-like text."""

    source: Literal["english_sample"]
    documents: int

    def __post_init__(self) -> None:
        """Refuse an empty corpus."""
        require_counts(self, "documents")


@dataclass(frozen=True)
class PretrainedBase:
    """A stand-in for the original BERT-tiny, pre-trained with MLM on its own corpus."""

    source: Literal["pretrain"]
    corpus: EnglishSample | FilesCorpus
    vocabulary: Vocabulary
    architecture: Architecture
    training: Training


Teacher = PretrainedTeacher | HubModel
Base = PretrainedBase | HubModel
