"""Collect rows into Parquet shards of a given size."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tinypt.corpus.manifest import Entry, describe
from tinypt.corpus.shards import shard_name, write_shard

SHARD_BYTES = 64 << 20  # of text; one worker holds a shard, and a killed stage loses at most one
GROUP_BYTES = 16 << 20  # of text per row group; a reader holds one at a time


class ShardWriter:
    """Collects rows into shards. Memory holds at most one shard.

    The ends of shards and row groups depend only on the rows, not on how they are grouped into batches.
    """

    def __init__(self, folder: Path, finished: list[Entry] | None = None) -> None:
        """Write into `folder`, after its finished shards: the `entries` of an earlier writer."""
        self.folder = folder
        self.entries = list(finished or [])
        self._parts: list[pa.RecordBatch] = []
        self._groups: list[pa.Table] = []
        self._group_bytes = self._shard_bytes = 0

    def add(self, rows: pa.RecordBatch) -> int:
        """Add rows. Returns how many of them are now in finished shards: 0 if no shard was completed."""
        ends = np.cumsum(pc.binary_length(rows.column("text")).to_numpy(zero_copy_only=False), dtype=np.int64)
        start = before = written = 0
        while start < len(rows):
            room = min(GROUP_BYTES - self._group_bytes, SHARD_BYTES - self._shard_bytes)
            stop = min(int(np.searchsorted(ends, before + room)) + 1, len(rows))
            size = int(ends[stop - 1]) - before
            self._parts.append(rows.slice(start, stop - start))
            self._group_bytes += size
            self._shard_bytes += size
            start, before = stop, before + size
            if self._group_bytes >= GROUP_BYTES:
                self._close_group()
            if self._shard_bytes >= SHARD_BYTES:
                self.close()
                written = stop
        return written

    def close(self) -> None:
        """Write the remaining rows as the last shard."""
        self._close_group()
        if self._groups:
            name = shard_name(len(self.entries))
            write_shard(self.folder / name, self._groups)
            self.entries.append(describe(name, self._groups))
        self._groups, self._shard_bytes = [], 0

    def _close_group(self) -> None:
        if self._parts:
            self._groups.append(pa.Table.from_batches(self._parts).combine_chunks())
        self._parts, self._group_bytes = [], 0
