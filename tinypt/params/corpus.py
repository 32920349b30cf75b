"""Section corpus: the source of the raw text."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from tinypt.params.loader import require, require_commit, require_counts

Document = Literal["file", "blank_line", "line"]  # the whole file, the lines between blank lines, or a line


@dataclass(frozen=True)
class NoiseRates:
    """Share of the sample's documents, 0 to 1, with each kind of injected noise."""

    markup: float
    entities: float
    urls: float
    metadata: float
    mojibake: float
    boilerplate: float
    repetition: float
    too_short: float
    too_long: float
    foreign: float
    exact_duplicates: float
    near_duplicates: float

    def __post_init__(self) -> None:
        """Refuse a share outside 0 to 1, and shares that leave no document clean."""
        rates = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, rate in rates.items():
            require(0 <= rate <= 1, name, f"must be a share from 0 to 1, is {rate}")
        require(
            sum(rates.values()) < 1,
            "",
            f"the shares add up to {sum(rates.values()):.2f}, but must stay below 1: a document gets one kind at most",
        )


@dataclass(frozen=True)
class SampleCorpus:
    """Generated Portuguese text with labelled noise. It needs no download."""

    source: Literal["sample"]
    documents: int
    noise: NoiseRates

    def __post_init__(self) -> None:
        """Refuse a corpus that is too small to split."""
        require(self.documents >= 20, "documents", f"must be at least 20, is {self.documents}")
        require_counts(self, "documents")


@dataclass(frozen=True)
class FilesCorpus:
    """Local files: Parquet, JSON lines or plain text, compressed or not, and web pages.

    A path may be a glob, or a folder, which stands for all files below it. Plain text and web pages ignore
    `text_column`; `document` is what one document of a .txt file is.
    """

    source: Literal["files"]
    paths: tuple[Path, ...]
    text_column: str
    document: Document

    def __post_init__(self) -> None:
        """Refuse an empty list."""
        require(len(self.paths) > 0, "paths", "must name at least one file, folder or glob")


@dataclass(frozen=True)
class VertCorpus:
    """brWaC's official file: brwac.vert or brwac.vert.gz."""

    source: Literal["vert"]
    path: Path

    def __post_init__(self) -> None:
        """Refuse an archive, which cannot be read as a stream."""
        require(self.path.suffix != ".7z", "path", f"is an archive; unpack it first (`7z x {self.path}`)")


@dataclass(frozen=True)
class HubCorpus:
    """A data set on the hub, pinned to a commit, or a local folder in the same layout. It is read file by file.

    `documents` is the number of rows to read, from the first; null reads all.
    """

    source: Literal["hub"]
    id: str
    configuration: str | None
    revision: str | None
    split: str
    text_column: str
    documents: int | None

    def __post_init__(self) -> None:
        """Refuse a hub id without a commit, and an empty corpus."""
        require_commit(self.id, self.revision)
        require_counts(self, "documents")


Corpus = SampleCorpus | FilesCorpus | VertCorpus | HubCorpus
