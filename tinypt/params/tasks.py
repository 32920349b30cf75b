"""tasks: the labelled data that models are evaluated on, by task name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tinypt.params.loader import require

DEVELOPMENT = re.compile(r"(?<![a-z])(dev|devel|development|val|valid|validation)(?![a-z])", re.IGNORECASE)
Kind = Literal["pair_regression", "pair_classification", "text_classification"]


@dataclass(frozen=True)
class SampleData:
    """Generated data in the official formats: ASSIN2's for the pair kinds, TweetSentBR's for single texts."""

    format: Literal["sample"]


@dataclass(frozen=True)
class Assin2Data:
    """ASSIN2's official XML, one file per split."""

    format: Literal["assin2_xml"]
    train: Path
    test: Path

    def __post_init__(self) -> None:
        """Refuse the development set as the one that is reported."""
        _require_test(self.test.name)


@dataclass(frozen=True)
class TweetSentBrData:
    """TweetSentBR's official index (ids, labels, splits) and a table of texts to join it with by id."""

    format: Literal["tweetsentbr"]
    index: Path
    texts: Path


@dataclass(frozen=True)
class HubSplits:
    """Names, on the hub, of the two splits."""

    train: str
    test: str

    def __post_init__(self) -> None:
        """Refuse the development or the training split as the one that is reported."""
        _require_test(self.test)
        require(self.test != self.train, "test", f"must be another split than train, is {self.test} too")


@dataclass(frozen=True)
class HubColumns:
    """Names, on the hub, of the columns; id is null where rows have none but their number, text_b for single texts."""

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
        """Refuse a hub id that is not pinned: a branch name would change under the user's feet."""
        pinned = self.revision is not None and len(self.revision) == 40
        require(pinned or Path(self.id).is_dir(), "revision", f"must be the 40-digit commit of {self.id} on the hub")


@dataclass(frozen=True)
class Task:
    """What is asked of a model, and the data to ask it with.

    repeated: largest share of the test rows that may stand in the training split.
    """

    kind: Kind
    repeated: float
    data: SampleData | Assin2Data | TweetSentBrData | HubData

    def __post_init__(self) -> None:
        """Refuse data that cannot answer the kind of question."""
        require(0 <= self.repeated < 1, "repeated", f"must be a share, at least 0 and less than 1, is {self.repeated}")
        pairs = self.kind != "text_classification"
        if isinstance(self.data, Assin2Data):
            require(
                pairs, "kind", "must be pair_regression or pair_classification for assin2_xml, whose texts are pairs"
            )
        elif isinstance(self.data, TweetSentBrData):
            require(not pairs, "kind", "must be text_classification for tweetsentbr, whose texts are single")
        elif isinstance(self.data, HubData):
            named = self.data.columns.text_b is not None
            require(
                named == pairs, "data.columns.text_b", f"must {'name a column' if pairs else 'be null'} for {self.kind}"
            )


def _require_test(name: str) -> None:
    """Scores on a development set are not reported: ASSIN2's shares 89 % of its sentence pairs' texts with training."""
    require(not DEVELOPMENT.search(name), "test", f"must be the test set, {name} is a development set")
