"""What every repair did: documents changed, bytes removed."""

from collections import Counter
from pathlib import Path
from typing import Any

from tinypt.corpus.shards import list_shards, read_shard

REPAIRS = ("markup", "entities", "mojibake", "urls", "metadata", "lossy_mojibake", "personal_data", "boilerplate")


def count_repairs(measures: Path) -> dict[str, Any]:
    """What the repairs did, as in metrics/clean.json."""
    seen, changed, removed = Counter[str](), Counter[str](), Counter[str]()
    for shard in list_shards(measures):
        for batch in read_shard(shard, ["bytes_in", "bytes", "words", "changes"]):
            seen.update(
                documents=len(batch),
                bytes_in=int(batch.column("bytes_in").to_numpy().sum()),
                bytes_out=int(batch.column("bytes").to_numpy().sum()),
                words_out=int(batch.column("words").to_numpy().sum()),
            )
            for changes in batch.column("changes").to_pylist():
                for repair, size in changes:
                    changed[repair] += 1
                    removed[repair] += size
    return {
        **{name: seen[name] for name in ("documents", "bytes_in", "bytes_out", "words_out")},
        "repairs": {repair: {"documents": changed[repair], "bytes": removed[repair]} for repair in REPAIRS},
    }
