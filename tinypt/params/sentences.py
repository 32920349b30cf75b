"""Sections sentence_teacher and sentences: the encoder of whole sentences, and the sentences it encodes."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require, require_commit


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
        require(self.number > 0, "number", f"must be greater than 0, is {self.number}")
        require(self.min_words > 0, "min_words", f"must be greater than 0, is {self.min_words}")
        bound = f"must be at least min_words ({self.min_words}), is {self.max_words}"
        require(self.max_words >= self.min_words, "max_words", bound)
        for task, copies in self.tasks.items():
            require(copies > 0, f"tasks.{task}", f"must be greater than 0, is {copies}; to add no texts, leave it out")
