"""The form of decisions: beside every shard of documents one with a row for each, saying what becomes of it."""

import pyarrow as pa

# reason: the rule a document is dropped by, null where it stays; cluster: number in the corpus, from 0, of the first
# document of those it is like, itself where there is none; cluster_size: their number; cluster_hash: 128-bit hash of
# the first one's text, by which the corpus is split.
DECISIONS = pa.schema(
    [
        ("reason", pa.string()),
        ("cluster", pa.int64()),
        ("cluster_size", pa.int64()),
        ("cluster_hash", pa.binary(16)),
    ]
)
