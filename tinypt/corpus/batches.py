"""What every source gives: rows, and where to take the source up again."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Batch:
    """Some rows of a source, in its order.

    `start` is where these rows begin, in the source's own terms and as JSON can hold it; None is the very
    beginning. `read` is the share of the source read so far, 0 to 1, or None where its size is not known.
    """

    rows: pa.RecordBatch
    start: Any
    read: float | None
