"""teacher and base: the two models a student is made from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tinypt.params.corpus import FilesCorpus
from tinypt.params.loader import require
from tinypt.params.training import Training


@dataclass(frozen=True)
class HubModel:
    """A published model: a hub id pinned to a commit, or a local folder in the same layout."""

    source: Literal["hub"]
    id: str
    revision: str | None
    cased: bool

    def __post_init__(self) -> None:
        """Refuse a hub id that is not pinned: a branch name would change under the user's feet."""
        pinned = self.revision is not None and len(self.revision) == 40
        require(pinned or Path(self.id).is_dir(), "revision", f"must be the 40-digit commit of {self.id} on the hub")


@dataclass(frozen=True)
class Architecture:
    """Shape of a BERT encoder, and its start: random as BERT's, or with heads that attend to their neighbours."""

    layers: int
    hidden: int
    heads: int
    feed_forward: int
    positions: int
    initialisation: Literal["random", "neighbours"]

    def __post_init__(self) -> None:
        """Refuse shapes no BERT can have."""
        for key in ("layers", "hidden", "heads", "feed_forward", "positions"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(self.hidden % self.heads == 0, "heads", f"must divide hidden ({self.hidden}), is {self.heads}")
        even = self.hidden // self.heads % 2 == 0
        require(even or self.initialisation == "random", "initialisation", "neighbours needs heads of even size")


@dataclass(frozen=True)
class Vocabulary:
    """A WordPiece vocabulary: read from `path` (a vocab.txt), or trained to `size` pieces where path is null."""

    path: Path | None
    size: int
    cased: bool

    def __post_init__(self) -> None:
        """Refuse sizes that do not hold the letters, or do not fit the 16-bit token files."""
        require(100 <= self.size <= 65_535, "size", f"must be from 100 to 65535, is {self.size}")


@dataclass(frozen=True)
class PretrainedTeacher:
    """A stand-in teacher: a BERT pre-trained by MLM on the training split."""

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
        require(self.documents > 0, "documents", f"must be greater than 0, is {self.documents}")


@dataclass(frozen=True)
class PretrainedBase:
    """A stand-in for the original BERT-tiny: pre-trained by MLM on text of its own, not on the project's corpus."""

    source: Literal["pretrain"]
    corpus: EnglishSample | FilesCorpus
    vocabulary: Vocabulary
    architecture: Architecture
    training: Training


Teacher = PretrainedTeacher | HubModel
Base = PretrainedBase | HubModel
