"""Speed of the distillation loop compared with other implementations, on the same models, losses and text.

    python -m bench.distillation [--text PATH] [--vocabulary VOCAB] [--device cuda] [--rows NAME ...]

The teacher has BERT-base's shape and random weights, the student BERT-tiny's; the vocabulary has 29,794 pieces, blocks
have 128 tokens. The losses are masked-language modelling, KL at temperature 2 and cosine of the last states. Our rows
run `tinypt.training.loop.train` itself. The cached rows learn from cached targets of the same teacher, with the cosine
of blocks. They are compared with transformers.Trainer and, if installed, TextBrewer (see bench/trainers.py). Every row
runs in its own process; repetitions alternate, and medians are shown. Padding does not count as tokens.

Utilisation is the time that the indispensable arithmetic of a step would take at the device's peak, as a share of the
step's time. That arithmetic is the teacher's forward pass, the student's forward and backward passes, and both heads
at masked positions. The peak is measured by multiplying two large square matrices in the row's precision. The last
line is JSON.
"""

import argparse
import importlib.util
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerBase

from bench.peak import peak_flops
from bench.peers import peak_mb
from bench.text import file_texts, sample_texts
from bench.trainers import COSINE, FEWEST, KL, MLM, TEMPERATURE, Texts, textbrewer_rate, trainer_rate
from tinypt.distillation.cached_targets import open_cached
from tinypt.distillation.objective import DistillationObjective
from tinypt.distillation.targets import write_targets
from tinypt.distillation.teacher import Teacher, TeacherOutputs
from tinypt.distillation.terms import Cosine
from tinypt.params.targets import TeacherTargets
from tinypt.params.training import Training
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.blocks import batches, write_blocks
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.vocabulary import make_tokenizer, read_vocabulary, train_vocabulary
from tinypt.training.loop import Result, train

SEED, VOCABULARY, LENGTH, MASKED = 11, 29_794, 128, 0.15
BASE, TINY = (12, 768, 12, 3072), (2, 128, 2, 512)  # layers, width, heads, feed-forward
CACHED = TeacherTargets(
    draws=1,
    mask_probability=MASKED,
    temperature=TEMPERATURE,
    samples=50,
    alignment="sentence",
    width=None,
    precision="bf16",
)
DOCUMENTS = 200
WIDTHS = {"cpu": 2048, "cuda": 8192}  # of the matrices multiplied to measure the peak


@dataclass(frozen=True)
class Row:
    """One configuration: the loop, its precision, whether it is compiled, and its batch size by device, in blocks."""

    loop: str
    precision: str
    compile: bool
    batch_size: dict[str, int]


# A step is 32 blocks on a CPU and 512 on a GPU in every row. Each row has the batch size it is fastest with.
STEP = {"cpu": 32, "cuda": 512}
ROWS = {
    "Trainer, fp32": Row("trainer", "fp32", False, {"cpu": 8, "cuda": 128}),
    "Trainer, bf16, 32": Row("trainer", "bf16", False, {"cpu": 32, "cuda": 128}),
    "Trainer, bf16": Row("trainer", "bf16", False, {"cpu": 8, "cuda": 128}),
    "TextBrewer, fp32": Row("textbrewer", "fp32", False, {"cpu": 8, "cuda": 128}),
    "ours, fp32": Row("ours", "fp32", False, {"cpu": 8, "cuda": 512}),
    "ours, bf16": Row("ours", "bf16", False, {"cpu": 8, "cuda": 512}),
    "ours, bf16, compiled": Row("ours", "bf16", True, {"cpu": 8, "cuda": 512}),
    "cached, fp32": Row("cached", "fp32", False, {"cpu": 8, "cuda": 512}),
    "cached, bf16": Row("cached", "bf16", False, {"cpu": 16, "cuda": 512}),
    "cached, bf16, compiled": Row("cached", "bf16", True, {"cpu": 16, "cuda": 512}),
}


def main() -> None:
    """Prepare the text, run every row, print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.distillation", description=__doc__.split("\n")[0])
    parser.add_argument("--text", type=Path, help="file or folder of Portuguese text; default: the embedded sample")
    parser.add_argument("--vocabulary", type=Path, help="BERTimbau's vocab.txt; default: one trained on the text")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each repetition of a row (default: %(default)s)")
    parser.add_argument(
        "--run", nargs=2, help=argparse.SUPPRESS
    )  # for a row's own process: the row and the prepared folder
    options = parser.parse_args()
    if options.run:
        print(json.dumps(_run(ROWS[options.run[0]], Path(options.run[1]), options.device, options.seconds)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-distillation-") as folder:
        _prepare(Path(folder), options.text, options.vocabulary)
        if any(ROWS[name].loop == "cached" for name in options.rows):
            _cache(Path(folder), torch.device(options.device))
        _compare(Path(folder), options)


def _prepare(folder: Path, text: Path | None, vocabulary: Path | None) -> None:
    """Write the text as blocks, for our rows, and as documents cut at LENGTH, for the others, with one tokenizer."""
    documents = list(islice(file_texts(text) if text else sample_texts(DOCUMENTS, SEED), DOCUMENTS))
    pieces = read_vocabulary(vocabulary) if vocabulary else train_vocabulary(lambda: documents, VOCABULARY, cased=True)
    tokenizer = make_tokenizer(pieces, cased=True, max_length=LENGTH)
    tokenizer.save_pretrained(folder / "tokenizer")
    counts = write_blocks(documents, tokenizer, LENGTH, folder)
    texts: Texts = []
    for batch in batches(documents):
        cut = tokenizer(batch, truncation=True, max_length=LENGTH, return_overflowing_tokens=True)
        texts += [{"input_ids": ids} for ids in cut["input_ids"]]
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    print(
        f"{counts.documents:,} documents from {text or 'the embedded sample'}, {counts.pieces:,} pieces; ours: "
        f"{counts.blocks:,} blocks of {LENGTH}; the others: {len(texts):,} texts, "
        f"{np.mean([len(each['input_ids']) == LENGTH for each in texts]):.0%} of them at full length"
    )


def _cache(folder: Path, device: torch.device) -> None:
    """Cache the teacher's outputs for the first blocks; the cached rows train on these repeatedly."""
    blocks, special = open_blocks(folder), SpecialIds.of(load_tokenizer(folder / "tokenizer"))
    first = replace(blocks, ids=np.array(blocks.ids[: 3 * STEP[device.type]]))
    teacher = Teacher(_bert(BASE), special)
    (folder / "targets").mkdir()
    write_targets(teacher, first, CACHED, SEED, device, folder / "targets", "targets")


def _compare(folder: Path, options: argparse.Namespace) -> None:
    names = [name for name in options.rows if ROWS[name].loop != "textbrewer" or importlib.util.find_spec("textbrewer")]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    peaks: dict[str, list[float]] = {"fp32": [], "bf16": []}
    for _ in range(options.repetitions):
        for precision, measured in peaks.items():
            measured.append(peak_flops(torch.device(options.device), WIDTHS[options.device], precision))
        for name in names:
            arguments = ["--run", name, str(folder), "--device", options.device, "--seconds", str(options.seconds)]
            command = [sys.executable, "-m", "bench.distillation", *arguments]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{name}: {runs[name][-1]['rate']:,.0f} tokens/s", file=sys.stderr)
    peak = {precision: max(measured) for precision, measured in peaks.items()}
    print(f"{options.device}, {torch.get_num_threads()} threads; measured peak, GFLOP/s: ", end="")
    print(", ".join(f"{precision} {value / 1e9:,.0f}" for precision, value in peak.items()))
    print(f"{'':24} {'tokens/s':>10} {'utilised':>9} {'peak MB':>8} {'waits':>6}  repetitions")
    found: dict[str, dict[str, float]] = {}
    for name, each in runs.items():
        rate = statistics.median(run["rate"] for run in each)
        found[name] = {"rate": rate, "mfu": rate * step_flops(ROWS[name].loop != "cached") / peak[ROWS[name].precision]}
        memory, waits = max(run["memory"] for run in each), max(run["waits"] for run in each)
        every = " ".join(f"{run['rate']:,.0f}" for run in each)
        print(f"{name:24} {rate:>10,.0f} {found[name]['mfu']:>9.1%} {memory:>8,.0f} {waits:>6.1%}  {every}")
    print(json.dumps(_summary(found)))


def _summary(found: dict[str, dict[str, float]]) -> dict[str, float | None]:
    """The values of the JSON line, from the fastest row of each loop; None if none of a loop's rows ran."""

    def best(loop: str) -> dict[str, float] | None:
        return max(
            (row for name, row in found.items() if ROWS[name].loop == loop), key=lambda row: row["rate"], default=None
        )

    ours, trainer, cached = best("ours"), best("trainer"), best("cached")
    return {
        "tokens_per_s": round(ours["rate"], 1) if ours else None,
        "trainer_tokens_per_s": round(trainer["rate"], 1) if trainer else None,
        "ratio": round(ours["rate"] / trainer["rate"], 3) if ours and trainer else None,
        "mfu": round(ours["mfu"], 4) if ours else None,
        "cached_ratio": round(cached["rate"] / trainer["rate"], 3) if cached and trainer else None,
    }


def _run(row: Row, folder: Path, device_name: str, seconds: float) -> dict[str, float]:
    """A row's tokens per second (rate), peak memory in MB and share of its time spent waiting for data (waits)."""
    device = torch.device(device_name)
    tokenizer = load_tokenizer(folder / "tokenizer")
    teacher, student = _bert(BASE), _bert(TINY)
    batch_size = row.batch_size[device_name]
    accumulation = STEP[device_name] // batch_size
    waits = 0.0
    if row.loop in ("ours", "cached"):
        rate, waits = _ours(row, folder, tokenizer, teacher, student, batch_size, accumulation, seconds, device)
    else:
        texts: Texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        rest = (batch_size, accumulation, seconds, device)
        if row.loop == "trainer":
            rate = trainer_rate(student, teacher, tokenizer, texts, row.precision, *rest)
        else:
            rate = textbrewer_rate(student, teacher, tokenizer, texts, *rest)
    memory = torch.cuda.max_memory_allocated() / 2**20 if device.type == "cuda" else peak_mb()
    return {"rate": rate, "memory": memory, "waits": waits}


def _ours(
    row: Row,
    folder: Path,
    tokenizer: PreTrainedTokenizerBase,
    teacher: BertForMaskedLM,
    student: BertForMaskedLM,
    batch_size: int,
    accumulation: int,
    seconds: float,
    device: torch.device,
) -> tuple[float, float]:
    blocks, special = open_blocks(folder), SpecialIds.of(tokenizer)
    projection = nn.Linear(TINY[1], BASE[1], bias=False)
    weights = {"mlm": MLM, "kl": KL, "cosine": COSINE}
    outputs: TeacherOutputs | None = Teacher(teacher, special)
    alignment = "token"
    if row.loop == "cached":
        outputs, alignment = open_cached(folder / "targets", LENGTH), "sentence"
        blocks = replace(blocks, ids=blocks.ids[: 3 * STEP[device.type]])
    assert outputs is not None
    cosine = Cosine(projection, alignment, special)
    objective = DistillationObjective(student, special, weights, outputs, TEMPERATURE, cosine)
    real = float(np.mean(blocks.ids != special.pad))

    def run(steps: int) -> Result:
        step_blocks, validation = batch_size * accumulation, min(batch_size, 8)
        options = Training(
            epochs=steps * step_blocks / (len(blocks) - validation),
            batch_size=batch_size,
            accumulation=accumulation,
            precision=row.precision,  # type: ignore[arg-type]
            compile=row.compile,
            learning_rate=1e-3,
            warmup=0.1,
            weight_decay=0.01,
            clip=1.0,
            mask_probability=(MASKED, MASKED),
            validation_blocks=validation,
        )
        return train(objective, blocks, options, SEED, device, folder / "none.pt", row.loop, math.inf)

    run(1)
    began = time.perf_counter()
    run(1)
    steps = max(FEWEST, math.ceil(seconds / (time.perf_counter() - began)))
    result = run(steps)
    return result.tokens_per_second * real, result.waited


def _bert(shape: tuple[int, int, int, int]) -> BertForMaskedLM:
    layers, width, heads, feed_forward = shape
    torch.manual_seed(SEED)
    return BertForMaskedLM(
        BertConfig(
            vocab_size=VOCABULARY,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            intermediate_size=feed_forward,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )


def step_flops(live: bool) -> float:
    """Indispensable floating-point operations of a step for each token; only matrix products are counted.

    A product with n weights takes 2n operations, and as many again for each of the two gradients. Attention takes
    4 · length · width in each layer. The heads, preceded by a layer of width² weights, run at masked positions.
    """

    def forward(shape: tuple[int, int, int, int]) -> float:
        layers, width, _, feed_forward = shape
        encoder = layers * (2 * (4 * width**2 + 2 * width * feed_forward) + 4 * LENGTH * width)
        return encoder + MASKED * 2 * (width**2 + width * VOCABULARY)

    student = 3 * (forward(TINY) + (2 * TINY[1] * BASE[1] if live else 0))  # cached: one map for each block
    return student + (forward(BASE) if live else 0)


if __name__ == "__main__":
    main()
