"""Sections sentence_teacher and sentences: the encoder of whole sentences, and the sentences it encodes."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require, require_commit, require_counts

WIDTHS = {"use_multilingual": 512}  # of the vectors of an encoder from a package
MOST_COPIES = 1_000  # of a task's texts


@dataclass(frozen=True)
class PackageEncoder:
    """An encoder whose weights an installed package ships: the multilingual Universal Sentence Encoder."""

    source: Literal["package"]
    name: Literal["use_multilingual"]


@dataclass(frozen=True)
class HubEncoder:
    """A sentence-transformers model: a hub id with its commit, or a local folder in the same layout.

    `prompt` precedes every text, as some models ask for ("query: "); "" for none.
    """

    source: Literal["hub"]
    id: str
    revision: str | None
    prompt: str

    def __post_init__(self) -> None:
        """Refuse a hub id without a commit."""
        require_commit(self.id, self.revision)


Encoder = PackageEncoder | HubEncoder
SentenceTeacher = Encoder | None


@dataclass(frozen=True)
class Sentences:
    """The sentences that the sentence teacher encodes.

    Attributes:
        number: sentences of the training split, drawn by a hash of their text.
        min_words, max_words: bounds of their length, both inclusive.
        tasks: copies by task name: the task's training texts, without labels, are added that many times.
    """

    number: int
    min_words: int
    max_words: int
    tasks: dict[str, int]

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require_counts(self, "number", "min_words", "max_words")
        bound = f"must be at least min_words ({self.min_words}), is {self.max_words}"
        require(self.max_words >= self.min_words, "max_words", bound)
        for task, copies in self.tasks.items():
            valid = 0 < copies <= MOST_COPIES
            bounds = f"must be greater than 0 and at most {MOST_COPIES}, is {copies}; to add no texts, leave it out"
            require(valid, f"tasks.{task}", bounds)
