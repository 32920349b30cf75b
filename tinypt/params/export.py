"""export: what the model card says of the release and cannot be read off elsewhere."""

from dataclasses import dataclass

from tinypt.params.loader import require


@dataclass(frozen=True)
class Export:
    """Licence of the released weights, as the hub spells it, and hub ids of the data sets they learnt from."""

    license: str
    datasets: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse an empty licence: the hub reads that as all rights reserved."""
        require(bool(self.license.strip()), "license", "must name a licence, such as mit or apache-2.0")
