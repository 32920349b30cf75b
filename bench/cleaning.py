"""Cleaning compared with its peers on the same documents, one core each.

    python -m bench.cleaning [--text PATH] [--documents N] [--peers PYTHON]
    python -m bench.cleaning [--text PATH] --sizes MB...

"Ours" is all of cleaning with params/brwac.yaml, from raw to clean shards: repairs, rules, exact and near duplicates.
Its peers are:

- datatrove with FineWeb-2's recipe for Portuguese, the most similar published pipeline;
- the same with one regular expression as word tokeniser ("equal tokenisation"), so that the ratio does not include
  the cost of spaCy;
- text-dedup's MinHash, which only finds near duplicates.

Times are user and system CPU seconds of the process and its children. They exclude imports and one-time loading: both
sides clean a few documents before the clock starts. Each figure is the median of three runs, which take turns. The
last line is JSON. With --sizes, ours alone runs once on that many megabytes of text, to measure its peak memory.
"""

import argparse
import cProfile
import json
import os
import pstats
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.peers import cpu_seconds, peak_mb
from bench.text import documents, file_paragraphs, sample_paragraphs
from tinypt.cleaning.clean import clean_corpus
from tinypt.corpus.shards import SCHEMA, list_shards, open_shard, read_shard
from tinypt.corpus.writer import ShardWriter
from tinypt.executors import ONE_THREAD
from tinypt.params.clean import Clean
from tinypt.params.loader import load
from tinypt.params.select import Select
from tinypt.selection.select import DECISIONS, decide, write_decisions

SEED, RUNS = 20240917, 3
WARM = 200  # documents cleaned before the clock starts: enough to contain each defect
PEER_DOCUMENTS = 2000  # a minute of datatrove; its fixed cost is about 2 % of its faster run
RULES = Path(__file__).parents[1] / "params/brwac.yaml"
MAKE_PEERS = (
    "python3.12 -m venv PEERS && PEERS/bin/pip install 'datatrove[processing]==0.10.1' spacy==3.8.18 text-dedup==0.4.1 "
    "pyarrow orjson, then --peers PEERS/bin/python"
)
PEERS = {
    "datatrove 0.10.1, its own tokeniser": ("datatrove", "OWN"),
    "datatrove 0.10.1, equal tokenisation": ("datatrove", "FAST"),
    "text-dedup 0.4.1, MinHash only": ("text_dedup",),
}


@dataclass
class Contestant:
    """One row of the table: the size of the input and the measurements of each run."""

    documents: int
    megabytes: float
    runs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Documents per CPU second."""
        seconds: float = statistics.median(run["cpu_s"] for run in self.runs)
        return self.documents / seconds

    def row(self, name: str) -> str:
        """The line of the table."""
        seconds = " ".join(f"{run['cpu_s']:.1f}" for run in self.runs)
        peak = max(run["peak_mb"] for run in self.runs)
        speed = self.rate / self.documents * self.megabytes
        counts = f"{self.documents:>9,} {self.runs[0]['kept']:>8,}"
        return f"{name:40} {counts} {self.rate:>9,.1f} {speed:>7.2f} {peak:>8,.0f}  {seconds}"


def main() -> None:
    """Make the documents, run every contestant, print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.cleaning", description=__doc__.split("\n")[0])
    parser.add_argument("--text", type=Path, help="file or folder of Portuguese text; default: the embedded sample")
    parser.add_argument(
        "--documents", type=int, default=40_000, help="number of documents of 5,000 bytes (default: %(default)s)"
    )
    parser.add_argument("--peers", type=Path, help="Python of an environment with datatrove and text-dedup")
    parser.add_argument("--sizes", type=int, nargs="+", help="sizes of text in megabytes for the peak memory")
    options = parser.parse_args()
    os.environ.update(ONE_THREAD)  # for all child processes
    with tempfile.TemporaryDirectory(prefix="bench-cleaning-") as folder:
        if options.sizes:
            _grow(Path(folder), options.text, options.sizes)
        else:
            _compare(Path(folder), options.text, options.documents, options.peers)


def _grow(folder: Path, text: Path | None, sizes: list[int]) -> None:
    """Print the peak memory of one worker for inputs of several sizes; it should not depend on the size."""
    paragraphs = file_paragraphs(text, SEED) if text else sample_paragraphs(SEED)
    _write(folder / "warm", documents(paragraphs, WARM, SEED + 1, Counter()))
    peaks = {}
    for size in sizes:
        raw = folder / str(size)
        written = _write(raw / "documents", documents(paragraphs, size * 200, SEED, Counter()))
        (raw / "warm").symlink_to(folder / "warm")
        result = _alone(_clean, raw, raw / "work")
        peaks[size] = round(result["peak_mb"])
        used = f"{result['peak_mb']:,.0f} MB at most, {result['cpu_s']:.1f} CPU s"
        print(f"{written:9,.1f} MB, {size * 200:9,} documents: {used}")
        shutil.rmtree(raw)
    print(json.dumps({"peak_rss_mb": peaks}))


def _compare(folder: Path, text: Path | None, count: int, peers: Path | None) -> None:
    paragraphs = file_paragraphs(text, SEED) if text else sample_paragraphs(SEED)
    injected: Counter[str] = Counter()
    _write(folder / "warm", documents(paragraphs, WARM, SEED + 1, Counter()))
    subset = min(count, PEER_DOCUMENTS)
    small = _write(folder / "subset/documents", documents(paragraphs, subset, SEED, Counter()))
    (folder / "subset/warm").symlink_to(folder / "warm")
    whole = _write(folder / "documents", documents(paragraphs, count, SEED, injected))
    source = f"{len(paragraphs):,} paragraphs of {text or 'the embedded sample'}"
    print(f"{count:,} documents, {whole:.1f} MB, mean {1e6 * whole / count:,.0f} bytes, made of {source}")
    print("of them " + ", ".join(f"{kind} {100 * number / count:.1f} %" for kind, number in sorted(injected.items())))
    contestants = {"ours, all of cleaning": Contestant(count, whole)}
    missing = _missing(peers)
    contestants |= {name: Contestant(subset, small) for name in PEERS if name not in missing}
    for run in range(RUNS):
        for name, contestant in contestants.items():
            if name in PEERS:
                result = _peer(peers, folder / "subset", folder / f"{run}-{name}", PEERS[name])
            else:
                result = _alone(_clean, folder, folder / f"{run}-ours")
            contestant.runs.append(result)
    print(f"{'':40} {'documents':>9} {'kept':>8} {'docs/s':>9} {'MB/s':>7} {'peak MB':>8}  CPU s")
    for name, contestant in contestants.items():
        print(contestant.row(name))
    for name, reason in missing.items():
        print(f"{name:40} skipped: {reason}")
    if missing:
        print(f"to run them: {MAKE_PEERS}")
    print(f"\nour time by function: seconds in and below each, slowed by the profiler, on {subset:,} documents")
    print("\n".join(_alone(_profile, folder / "subset", folder / "profile")))
    print(json.dumps(_summary(contestants)))


def _summary(contestants: dict[str, Contestant]) -> dict[str, float | None]:
    ours, own, fast = (contestants.get(name) for name in ["ours, all of cleaning", *list(PEERS)[:2]])
    assert ours
    return {
        "docs_per_s": round(ours.rate, 1),
        "datatrove_docs_per_s": round(own.rate, 2) if own else None,
        "ratio": round(ours.rate / own.rate, 1) if own else None,
        "ratio_equal_tokenisation": round(ours.rate / fast.rate, 1) if fast else None,
        "peak_rss_mb": round(max(run["peak_mb"] for run in ours.runs)),
    }


def _write(folder: Path, records: Iterable[Any]) -> float:
    """Write raw shards. Returns the megabytes of text."""
    writer, size, left = ShardWriter(folder), 0, iter(records)
    while part := [dict(vars(record)) for record in islice(left, 1000)]:
        writer.add(pa.RecordBatch.from_pylist(part, schema=SCHEMA))
        size += sum(len(row["text"].encode()) for row in part)
    writer.close()
    return size / 1e6


def _alone(function: Any, *arguments: Path) -> Any:
    """Run a function in a fresh process, so that its memory is measured alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _clean(raw: Path, work: Path) -> dict[str, Any]:
    _clean_all(raw / "warm", work / "warm")
    start = cpu_seconds()
    kept = _clean_all(raw / "documents", work / "documents")
    return {"cpu_s": cpu_seconds() - start, "peak_mb": peak_mb(), "kept": kept}


def _clean_all(raw: Path, work: Path) -> int:
    """Run the stages clean and select and write the selected documents. Returns their number."""
    clean_corpus(raw, work, load("clean", Clean, RULES), 1)
    measures = work / "measures"
    decisions = decide(measures, load("select", Select, RULES))
    write_decisions(decisions, measures, work / "select")
    kept = 0
    for shard in list_shards(work / "clean"):
        decided = pa.Table.from_batches(read_shard(work / "select" / shard.name), DECISIONS).column("reason")
        start = 0
        with open_shard(work / "kept" / shard.name, SCHEMA) as write:
            for batch in read_shard(shard):
                documents = pa.table(batch).filter(decided.slice(start, len(batch)).is_null())
                write(documents)
                start, kept = start + len(batch), kept + len(documents)
    return kept


def _profile(raw: Path, work: Path) -> list[str]:
    """The costliest functions of cleaning, measuring and selecting, by the time spent in and below them."""
    _clean_all(raw / "warm", work / "warm")
    profile = cProfile.Profile()
    profile.runcall(_clean_all, raw / "documents", work / "documents")
    stats: Any = pstats.Stats(profile)
    costs = [
        (cumulative, Path(file).stem, name)
        for (file, _, name), (_, _, _, cumulative, _) in stats.stats.items()
        if Path(file).parent.name in ("cleaning", "measures", "selection") and not name.startswith("<")
    ]
    return [f"{cost:8.2f}  {module}.{name}" for cost, module, name in islice(sorted(costs, reverse=True), 30)]


def _missing(peers: Path | None) -> dict[str, str]:
    """Peers that cannot run, with the reason."""
    if peers is None:
        return dict.fromkeys(PEERS, "no --peers")
    missing = {}
    for name, (package, *_) in PEERS.items():
        check = subprocess.run([peers, "-c", f"import {package}"], capture_output=True, text=True, check=False)
        if check.returncode:
            missing[name] = check.stderr.strip().splitlines()[-1]
    return missing


def _peer(python: Path | None, raw: Path, work: Path, arguments: tuple[str, ...]) -> dict[str, Any]:
    peer, *options = arguments
    command = [str(python), str(Path(__file__).with_name("peers.py")), peer, str(raw), str(work), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench: {' '.join(arguments)} failed: {done.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


if __name__ == "__main__":
    main()
