"""Hold out a share of the clean documents for evaluation.

Reads data/clean and the `split` parameters; writes data/split/{train,test}/*.parquet and metrics/split.json.
"""

from collections import Counter
from pathlib import Path

import pyarrow as pa

from tinypt.cleaning.duplicates import normalised_hash
from tinypt.cleaning.splitting import is_held_out
from tinypt.corpus.shards import list_shards, read_shard, write_shard
from tinypt.errors import PipelineError
from tinypt.files import atomic_path, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.split import Split
from tinypt.progress import Progress
from tinypt.stage import run

SIDES = ("train", "test")


def main() -> None:
    """Write both splits, shard by shard."""
    share, seed = load("split", Split).test_share, load_seed()
    counts: dict[str, Counter[str]] = {side: Counter() for side in SIDES}
    held_out: set[bytes] = set()
    progress = Progress("split", "documents")
    with atomic_path(Path("data/split")) as folder:
        for shard in list_shards(Path("data/clean")):
            parts: dict[str, list[pa.RecordBatch]] = {side: [] for side in SIDES}
            for batch in read_shard(shard):
                texts = batch.column("text").to_pylist()
                test = [is_held_out(text, seed, share) for text in texts]
                for side, chosen in (("train", [not flag for flag in test]), ("test", test)):
                    parts[side].append(batch.filter(pa.array(chosen)))
                for text, flag in zip(texts, test, strict=True):
                    size = len(text.encode())
                    counts[SIDES[flag]].update(documents=1, words=len(text.split()), bytes=size)
                    if flag:
                        held_out.add(normalised_hash(text))
                progress.add(len(texts))
            for side in SIDES:
                write_shard(folder / side / shard.name, [pa.Table.from_batches(parts[side])])
        progress.close()
        for side in SIDES:
            if not counts[side]["documents"]:
                raise PipelineError(f"split.test_share: {share} leaves no document for {side}")
        _check(folder / "train", held_out)
    write_json(Path("metrics/split.json"), {side: dict(counts[side]) for side in SIDES})


def _check(train: Path, held_out: set[bytes]) -> None:
    """Make sure that no held-out text stands in the training split as well."""
    for shard in list_shards(train):
        for batch in read_shard(shard, ["doc_id", "text"]):
            for id, text in zip(*batch.to_pydict().values(), strict=True):
                if normalised_hash(text) in held_out:
                    raise PipelineError(f"{shard}: document {id} is also in the test split; clean the corpus again")


if __name__ == "__main__":
    run(main)
