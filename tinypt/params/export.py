"""Section export: model-card fields that cannot be derived from the run."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Export:
    """Licence of the released weights, as spelled on the hub, and hub ids of the training data."""

    license: str
    datasets: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse an empty licence, which would mean all rights reserved."""
        require(bool(self.license.strip()), "license", "must name a licence, for example mit or apache-2.0")
