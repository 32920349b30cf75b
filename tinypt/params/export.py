"""Section export: the files of a release, and model-card fields that cannot be derived from the run."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require


@dataclass(frozen=True)
class Export:
    """What a release holds and says.

    Attributes:
        license: of the released weights, as spelled on the hub.
        datasets: hub ids of the training data.
        text: a sentence on the training text and its licences; null names `datasets`, or else the corpus of the hub.
        files: all, or compact: the tokenizer and onnx/compact.onnx alone, which `tinypt` and the demo need.
    """

    license: str
    datasets: tuple[str, ...]
    text: str | None
    files: Literal["all", "compact"]

    def __post_init__(self) -> None:
        """Refuse an empty licence, which would mean all rights reserved."""
        require(bool(self.license.strip()), "license", "must name a licence, for example mit or apache-2.0")
