"""Hold out a share of the documents that stay for evaluation, each with all that are like it.

Reads data/clean, data/select and the `split` parameters; writes data/split/{train,test}/*.parquet and
metrics/split.json. What is written is measured anew, and held-out documents that have their like in the training
split fail the stage.
"""

import dataclasses
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.corpus.shards import SCHEMA, list_shards, read_shard, write_shard
from tinypt.files import atomic_path, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.split import Split
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.runtime.run import run
from tinypt.selection.contamination import Contamination, find_contamination, write_index
from tinypt.selection.select import DECISIONS
from tinypt.selection.split import is_held_out

SIDES = ("train", "test")


def main() -> None:
    """Write both splits, shard by shard."""
    options, seed = load("split", Split), load_seed()
    counts: dict[str, Counter[str]] = {side: Counter() for side in SIDES}
    progress = Progress("split", "documents")
    with atomic_path(Path("data/split")) as folder, TemporaryDirectory() as indices:
        for shard in list_shards(Path("data/clean")):
            parts: dict[str, list[pa.RecordBatch]] = {side: [] for side in SIDES}
            decisions, start = pa.Table.from_batches(read_shard(Path("data/select") / shard.name), DECISIONS), 0
            count = pq.read_metadata(shard).num_rows
            if count != len(decisions):
                raise PipelineError(
                    f"data/select/{shard.name}: {len(decisions)} decisions on {count} documents; run `dvc repro select`"
                )
            for batch in read_shard(shard):
                decided = decisions.slice(start, len(batch))
                start += len(batch)
                stays = decided.column("reason").is_null().combine_chunks()
                hashes = decided.column("cluster_hash").filter(stays).to_pylist()
                batch = batch.filter(stays)
                test = [is_held_out(value, seed, options.test_share) for value in hashes]
                for side, chosen in (("train", [not flag for flag in test]), ("test", test)):
                    part = batch.filter(pa.array(chosen, pa.bool_()))
                    parts[side].append(part)
                    write_index(part.column("text"), Path(indices) / side)
                    texts = part.column("text").to_pylist()
                    counts[side].update(
                        documents=len(texts),
                        words=sum(len(text.split()) for text in texts),
                        bytes=sum(len(text.encode()) for text in texts),
                    )
                progress.add(len(stays))
            for side in SIDES:
                write_shard(folder / side / shard.name, [pa.Table.from_batches(parts[side], SCHEMA)])
        progress.close()
        for side in SIDES:
            if not counts[side]["documents"]:
                raise PipelineError(f"split.test_share: {options.test_share} leaves no document for {side}")
        contamination = find_contamination(Path(indices) / "test", Path(indices) / "train", options.near_duplicates)
        _check(contamination, counts["test"]["documents"], options)
    sides = {side: dict(counts[side]) for side in SIDES}
    write_json(Path("metrics/split.json"), sides | {"contamination": dataclasses.asdict(contamination)})


def _check(contamination: Contamination, documents: int, options: Split) -> None:
    if contamination.exact:
        raise PipelineError(
            f"data/select: {contamination.exact} of {documents} held-out documents stand in the training split too; "
            "run `dvc repro -f select`"
        )
    if contamination.near > options.max_contamination * documents:
        raise PipelineError(
            f"split.max_contamination: {contamination.near} of {documents} held-out documents are near duplicates of training documents "
            f"(similarity {options.near_duplicates:g}), more than {options.max_contamination:g} allows; let select.near_duplicates "
            "drop them, or raise it"
        )


if __name__ == "__main__":
    run(main)
