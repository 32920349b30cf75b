"""Section tasks: the labelled data that models are evaluated on, by task name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tinypt.params.loader import require, require_commit

DEVELOPMENT = re.compile(r"(?<![a-z])(dev|devel|development|val|valid|validation)(?![a-z])", re.IGNORECASE)
Kind = Literal["pair_regression", "pair_classification", "text_classification"]
PAIR_KINDS: tuple[Kind, ...] = ("pair_regression", "pair_classification")
REGRESSION_KINDS: tuple[Kind, ...] = ("pair_regression",)


@dataclass(frozen=True)
class SampleData:
    """Generated data in the official formats: ASSIN2's for pairs, TweetSentBR's for single texts."""

    format: Literal["sample"]


@dataclass(frozen=True)
class Assin2Data:
    """ASSIN2's official XML, one file per split."""

    format: Literal["assin2_xml"]
    train: Path
    test: Path

    def __post_init__(self) -> None:
        """Refuse a development set as the test set."""
        _require_test(self.test.name)


@dataclass(frozen=True)
class TweetSentBrData:
    """TweetSentBR's official index (ids, labels, splits), and a table of texts that is joined to it by id."""

    format: Literal["tweetsentbr"]
    index: Path
    texts: Path


@dataclass(frozen=True)
class HubSplits:
    """Names of the two splits on the hub."""

    train: str
    test: str

    def __post_init__(self) -> None:
        """Refuse a development split, or the training split, as the test split."""
        _require_test(self.test)
        require(self.test != self.train, "test", f"must differ from train, is {self.test}")


@dataclass(frozen=True)
class HubColumns:
    """Names of the columns on the hub. id is null if rows have no id; text_b is null for single texts."""

    id: str | None
    text_a: str
    text_b: str | None
    label: str


@dataclass(frozen=True)
class HubData:
    """A data set on the hub, pinned to a commit, or a local folder in the same layout."""

    format: Literal["hub"]
    id: str
    configuration: str | None
    revision: str | None
    splits: HubSplits
    columns: HubColumns

    def __post_init__(self) -> None:
        """Refuse a hub id without a commit."""
        require_commit(self.id, self.revision)


@dataclass(frozen=True)
class Task:
    """A task and its data.

    Attributes:
        kind: pairs of texts or single texts, with numbers (regression) or classes as labels.
        max_contamination: largest share of test rows that may also be training rows, 0 to 1.
        data: the source of the labelled rows.
    """

    kind: Kind
    max_contamination: float
    data: SampleData | Assin2Data | TweetSentBrData | HubData

    def __post_init__(self) -> None:
        """Refuse data that do not fit the kind."""
        share, pairs = self.max_contamination, self.kind in PAIR_KINDS
        require(0 <= share < 1, "max_contamination", f"must be a share, at least 0 and less than 1, is {share}")
        if isinstance(self.data, Assin2Data):
            require(pairs, "kind", f"must be {' or '.join(PAIR_KINDS)} for assin2_xml")
        elif isinstance(self.data, TweetSentBrData):
            require(self.kind == "text_classification", "kind", "must be text_classification for tweetsentbr")
        elif isinstance(self.data, HubData):
            named, wanted = self.data.columns.text_b is not None, "name a column" if pairs else "be null"
            require(named == pairs, "data.columns.text_b", f"must {wanted} for {self.kind}")


def _require_test(name: str) -> None:
    """Refuse a development set: in ASSIN2's, 89 % of the pairs' texts are also training texts."""
    require(not DEVELOPMENT.search(name), "test", f"must be the test set; {name} is a development set")
