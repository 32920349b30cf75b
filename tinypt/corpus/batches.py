"""The output of every source: rows, and the position to continue from."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of a source.

    `start` is the position of the first row, in a form defined by the source and serialisable as JSON; None is the
    beginning. `read` is the share of the source read so far, 0 to 1, or None if its size is unknown.
    """

    rows: pa.RecordBatch
    start: Any
    read: float | None
