"""All that docs/performance.md leaves unmeasured about a GPU, in at most nine minutes.

    python -m bench.gpu FOLDER [--device cuda] [--size full] [--seconds 540] [--parts NAME ...]

Writes results.json and results.md to FOLDER. Needs no network: text, models and tasks are generated there. The models
have the shapes of the study's, BERTimbau and BERT-tiny, with random weights; the students are those of
params/brwac.yaml. Every part runs in its own process, with a limit of its own. A part that fails or does not end in
time adds a line to the results; its rows up to then are kept.

Utilisation (MFU) is the share of the device's peak that the indispensable arithmetic of training would need:

    tokens per second · operations per token / peak

Operations per token are those of `tinypt.plan`: 2n for a matrix product with n weights, twice as many again for its
gradients, and 4 · length · width for the attention of a layer; heads at masked positions only. The peak is measured:
the fastest of several products of two large square matrices in the precision of the training. Memory is the largest
amount that PyTorch allocated, and the formula is that of docs/performance.md.
"""

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from bench.peak import peak_flops
from bench.text import sample_texts
from tinypt.distillation.student_objective import student_objective
from tinypt.distillation.targets import write_targets
from tinypt.distillation.teacher import load_teacher
from tinypt.files import atomic_path, sealed_path, write_json
from tinypt.modeling.bert import random_bert
from tinypt.modeling.load import load_model, save_model
from tinypt.modeling.student import build_student
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load
from tinypt.params.models import Architecture
from tinypt.params.students import Shape, Student
from tinypt.params.targets import TeacherTargets
from tinypt.params.tasks import Task
from tinypt.plan import BERT_TINY, BERTIMBAU, plan_student
from tinypt.runtime.errors import first_line
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import masked_positions
from tinypt.tokens.vocabulary import make_tokenizer, train_vocabulary
from tinypt.training.batches import Prefetcher
from tinypt.training.checkpoint import load_checkpoint
from tinypt.training.loop import Row, train
from tinypt.training.objective import Objective
from tinypt.training.optimizer import make_optimizer, update
from tinypt.training.step import Step, mask_share, step_blocks
from tinypt.training.workers import Workers

PARAMS = Path(__file__).parents[1] / "params"
SEED, STUDENT, WARM = 11, "total", 3  # WARM: steps before the timed ones; the first compiles
Result = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """Sizes of everything that is measured.

    teacher, student: shapes; vocabulary: pieces; length: tokens in a block; documents: of generated text.
    blocks: blocks per step of the parts `live` and `compiled`. step: of the other parts. validation: its blocks.
    precision: of the training. tasks: fine-tuned ones of params/sample.yaml.
    seconds: of each timed row; training: of the part `training`; short: steps of the part `resume`.
    matrix: rows of the matrices that measure the peak. epochs: of a fine-tuning.
    """

    teacher: Shape
    student: Shape
    vocabulary: int
    length: int
    documents: int
    blocks: tuple[int, ...]
    compiled: tuple[int, ...]
    step: int
    validation: int
    precision: str
    tasks: tuple[str, ...]
    seconds: float
    training: float
    short: int
    matrix: int
    epochs: int


SIZES = {
    "full": Size(
        BERTIMBAU[0], BERT_TINY[0], BERTIMBAU[1], 128, 3000, (64, 128, 256, 512, 1024), (512, 64, 1024), 512, 256,
        "bf16", ("assin2_entailment", "tweetsentbr"), 4.0, 60.0, 80, 8192, 10,
    ),
    "toy": Size(
        Shape(2, 32, 2, 64), Shape(2, 16, 2, 32), 2000, 32, 150, (8, 16), (8,), 8, 8,
        "fp32", ("tweetsentbr",), 0.1, 0.5, 20, 256, 1,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """Where and at which size a part measures; `add` keeps a row of results, even if the part fails later."""

    folder: Path
    size: Size
    device: torch.device
    add: Callable[[Result], None]

    @property
    def blocks(self) -> Blocks:
        """The training blocks."""
        return open_blocks(self.folder / "data/tokens")

    def student(self, blocks: int, compiled: bool, **changes: Any) -> Student:
        """The study's student, with `blocks` in a step; `changes` are of its `distill` parameters."""
        student = load(f"students.{STUDENT}", Student, PARAMS / "brwac.yaml")
        init = dataclasses.replace(student.init, architecture=self.size.student)
        changes |= {"batch_size": blocks, "compile": compiled}
        changes |= {"validation_blocks": self.size.validation, "precision": self.size.precision}
        return Student(init, dataclasses.replace(student.distill, **changes))

    def objective(self, student: Student) -> Objective:
        """The student's objective, from its start, not yet on the device."""
        start = self.folder / "models/student"
        folders = (self.folder / "models/teacher", self.folder / "data/cached", self.folder / "none")
        return student_objective(
            STUDENT, student, load_model(start), load_tokenizer(start), self.blocks, *folders, seed=SEED
        )

    def synchronize(self) -> None:
        """Wait for the device."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()


class Trainer:
    """The steps of `tinypt.training.loop.train`, one after the other, without validation and checkpoints."""

    def __init__(self, bench: Bench, student: Student, blocks: Blocks) -> None:
        """Prepare the models and the optimizer of `student`, to train on `blocks`."""
        self.options, self.objective, self.done = student.distill, bench.objective(student), 0
        bf16 = self.options.precision == "bf16"
        self.objective.prepare(bench.device, torch.bfloat16 if bf16 else torch.float32)
        self.optimizer = make_optimizer(self.objective, self.options)
        self.step = Step(self.objective, blocks, self.options, SEED, bench.device, Workers(0, 1))

    def run(self, steps: int) -> float:
        """Train `steps` further steps; the seconds spent waiting for data."""
        prefetcher = Prefetcher(self.step.batches, range(self.done, self.done + steps))
        for _, batches in prefetcher:
            self.step.backward(batches, 0.0)
            update(self.objective, self.optimizer, self.options.learning_rate, self.options.clip)
        self.done += steps
        return prefetcher.waited


def main(arguments: list[str] | None = None) -> None:
    """Run every part in turn and write the results after each; with --part, be the process of one."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="new or empty; models of 0.5 GB are written there too")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--size", choices=SIZES, default="full", help="toy is a check of this script on a CPU")
    parser.add_argument("--seconds", type=float, default=540.0, help="limit of all parts together (default: 540)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--part", choices=[*PARTS, KILLED], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        work(options.folder, options.part, options.size, options.device)
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    if any(options.folder.iterdir()):
        parser.error(f"{options.folder}: is not empty; name a new folder")
    end, outcomes = time.monotonic() + options.seconds, dict[str, Result]()
    for name in dict.fromkeys(["prepare", *options.parts]):
        limit = min(PARTS[name].limit, end - time.monotonic())
        began = time.monotonic()
        error = start(options.folder, name, options.size, options.device, limit) if limit > 0 else "no time was left"
        rows = _rows(options.folder / f"{name}.jsonl")
        outcomes[name] = {"seconds": round(time.monotonic() - began, 1), "error": error, "rows": rows}
        print(f"{name}: {outcomes[name]['seconds']} s, {error or 'done'}", file=sys.stderr)
        write_json(options.folder / "results.json", {"size": options.size, "device": options.device, "parts": outcomes})
        with atomic_path(options.folder / "results.md") as temporary:
            temporary.write_text("\n".join(table(outcomes)) + "\n", encoding="utf-8")


def start(folder: Path, name: str, size: str, device: str, limit: float) -> str | None:
    """Run a part in its own process; a line about its failure, or None."""
    command = [sys.executable, "-m", "bench.gpu", str(folder), "--part", name, "--size", size, "--device", device]
    try:
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"did not end within {limit:.0f} s"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"ended with status {done.returncode}"


def work(folder: Path, name: str, size: str, device: str) -> None:
    """Run a part in this process, and append its rows to FOLDER/<name>.jsonl as they are found."""
    path = folder / f"{name}.jsonl"
    path.unlink(missing_ok=True)

    def add(row: Result) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    if device == "cuda" and not torch.cuda.is_available():
        sys.exit("torch sees no CUDA device")
    function = _train_and_be_killed if name == KILLED else PARTS[name].function
    function(Bench(folder, SIZES[size], torch.device(device), add))


def _rows(path: Path) -> list[Result]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def prepare(bench: Bench) -> None:
    """Generate text, a tokenizer, blocks, the teacher, and the student's start."""
    size, folder = bench.size, bench.folder
    texts = list(islice(sample_texts(size.documents, SEED), size.documents))
    pieces = train_vocabulary(lambda: texts, size.vocabulary, cased=True)
    pieces |= {f"[unused{index}]": index for index in range(len(pieces), size.vocabulary)}
    tokenizer = make_tokenizer(pieces, cased=True, max_length=512)
    with sealed_path(folder / "data/tokens") as tokens:
        tokens.mkdir(parents=True)
        counts = write_blocks(texts, tokenizer, size.length, tokens)
    teacher, base = (
        random_bert(Architecture(**vars(shape), positions=512, initialisation="random"), tokenizer, SEED)
        for shape in (size.teacher, size.student)
    )
    save_model(teacher, tokenizer, folder / "models/teacher")
    init = bench.student(1, compiled=False).init
    found = count_pieces(bench.blocks.ids, tokenizer)
    student, _ = build_student(init, (base, tokenizer), (teacher, tokenizer), SEED, found)
    save_model(student, tokenizer, folder / "models/student")
    bench.add({"blocks": counts.blocks, "pieces": counts.pieces, "vocabulary": len(tokenizer)})


def machine(bench: Bench) -> None:
    """The device and its peak."""
    row: Result = {"device": "CPU", "torch": torch.__version__}
    if bench.device.type == "cuda":
        properties = torch.cuda.get_device_properties(bench.device)
        row |= {"device": properties.name, "memory_gb": properties.total_memory / 1e9, "cuda": torch.version.cuda}
    for precision in ("bf16", "fp32"):
        row[f"peak_{precision}_tflops"] = peak_flops(bench.device, bench.size.matrix, precision) / 1e12
    bench.add(row)


def live(bench: Bench) -> None:
    """Speed with the live teacher, not compiled."""
    for blocks in bench.size.blocks:
        bench.add(measure(bench, bench.student(blocks, compiled=False), bench.blocks))


def compiled(bench: Bench) -> None:
    """Speed with the live teacher, compiled."""
    for blocks in bench.size.compiled:
        torch.compiler.reset()  # otherwise the second size would get one graph for any size, which is slower
        bench.add(measure(bench, bench.student(blocks, compiled=True), bench.blocks))


def stored(bench: Bench) -> None:
    """Speed of storing the teacher's outputs, and of learning from them."""
    step, folder = bench.size.step, bench.folder / "data/cached"
    options = TeacherTargets(1, 0.15, 2.0, 50, "sentence", None, "bf16" if bench.size.precision == "bf16" else "fp32")
    blocks = bench.blocks
    first = dataclasses.replace(blocks, ids=blocks.ids[: 4 * step + bench.size.validation])
    folder.mkdir(parents=True)
    began = time.perf_counter()
    write_targets(load_teacher(bench.folder / "models/teacher"), first, options, SEED, bench.device, folder, "targets")
    rate = len(first) * blocks.length / (time.perf_counter() - began)
    bench.add({"stored": "write", "tokens_per_second": rate})
    for compile_it in (False, True):
        student = bench.student(step, compile_it, alignment="sentence", targets="cached")
        bench.add(measure(bench, student, first))


def measure(bench: Bench, student: Student, blocks: Blocks) -> Result:
    """Speed, utilisation and memory of a student's training on `blocks`."""
    cuda, options = bench.device.type == "cuda", student.distill
    if cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    trainer = Trainer(bench, student, blocks)
    began = time.perf_counter()
    trainer.run(WARM)
    bench.synchronize()
    first = time.perf_counter() - began
    began = time.perf_counter()
    trainer.run(2)
    bench.synchronize()
    steps = max(2, round(bench.size.seconds / (time.perf_counter() - began) * 2))
    began = time.perf_counter()
    waited = trainer.run(steps)
    bench.synchronize()
    seconds = time.perf_counter() - began
    rate = steps * step_blocks(options) * bench.size.length / seconds
    shapes = ((bench.size.teacher, bench.size.vocabulary), (bench.size.student, bench.size.vocabulary))
    plan = plan_student(STUDENT, student, len(bench.blocks) * bench.size.length, bench.size.length, *shapes)
    return {
        "blocks": step_blocks(options),
        "compiled": options.compile,
        "targets": options.targets,
        "tokens_per_second": rate,
        "mfu": rate * plan.flops / plan.tokens / peak_flops(bench.device, bench.size.matrix, options.precision),
        "memory_gb": torch.cuda.max_memory_allocated() / 1e9 if cuda else None,
        "formula_gb": plan.memory / 1e9,
        "waits": waited / seconds,
        "first_steps_s": first,
    }


def sync(bench: Bench) -> None:
    """Whether a step waits for the device, and whether the device masks as a CPU does."""
    for compile_it in (False, True):
        trainer = Trainer(bench, bench.student(bench.size.step, compile_it), bench.blocks)
        trainer.run(WARM)
        with _sync_errors(bench.device):
            try:
                trainer.run(5)
                found = "none" if bench.device.type == "cuda" else "not checked: no GPU"
            except RuntimeError as error:
                found = first_line(error)
        bench.add({"compiled": compile_it, "synchronisation": found, "masks_as_on_a_cpu": _masks_agree(trainer)})


def _masks_agree(trainer: Trainer) -> bool:
    """Whether the device, compiled or not, masks the blocks of a step as a CPU does."""
    batch = trainer.step.batches(0)[0]
    chosen = masked_positions(mask_share(trainer.options, 0.0), batch.ids.shape[1])
    masked, _ = trainer.step.masks(batch, chosen)
    on_cpu = dataclasses.replace(batch, ids=batch.ids.cpu(), rows=batch.rows.cpu(), epochs=batch.epochs.cpu())
    expected = on_cpu.mask_number(trainer.objective.special, chosen, SEED)
    return torch.equal(masked.inputs.cpu(), expected.inputs) and torch.equal(masked.targets.cpu(), expected.targets)


@contextmanager
def _sync_errors(device: torch.device) -> Iterator[None]:
    """Turn every wait for the GPU into an exception."""
    if device.type != "cuda":
        yield
        return
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def training(bench: Bench) -> None:
    """A minute of the real training loop."""
    student = bench.student(bench.size.step, compiled=True)
    trainer = Trainer(bench, bench.student(bench.size.step, compiled=False), bench.blocks)  # compiled, it is faster
    trainer.run(WARM)
    bench.synchronize()
    began = time.perf_counter()
    trainer.run(WARM)
    bench.synchronize()
    steps = max(WARM, round(bench.size.training / (time.perf_counter() - began) * WARM))
    del trainer
    rows, validation = _train(bench, student, steps, bench.folder / "training.pt", 30.0)
    bench.add(
        {
            "steps": steps,
            "tokens": rows[-1]["tokens"],
            "loss_first_row": rows[0]["loss"],
            "loss_last_row": rows[-1]["loss"],
            "validation_start": validation,
            "validation_end": rows[-1]["validation_mlm"],
        }
    )


def _train(
    bench: Bench,
    student: Student,
    steps: int,
    checkpoint: Path,
    seconds: float,
    on_row: Callable[[list[Row]], None] = lambda rows: None,
) -> tuple[list[Row], float]:
    """Train `steps` steps; the curve, and the validation loss before."""
    count = len(bench.blocks) - student.distill.validation_blocks
    options = dataclasses.replace(student.distill, epochs=steps * step_blocks(student.distill) / count)
    objective = bench.objective(Student(student.init, options))
    result = train(objective, bench.blocks, options, SEED, bench.device, checkpoint, "training", seconds, on_row)
    return result.rows, result.validation_start


def _train_shortly(
    bench: Bench, name: str, on_row: Callable[[list[Row]], None] = lambda rows: None
) -> tuple[Path, list[Row]]:
    checkpoint = bench.folder / f"{name}.pt"
    student = bench.student(min(bench.size.step, 64), compiled=False)
    return checkpoint, _train(bench, student, bench.size.short, checkpoint, 0.0, on_row)[0]


def _train_and_be_killed(bench: Bench) -> None:
    """A short training that ends by signal 9 after half of its steps."""

    def kill(rows: list[Row]) -> None:
        if 2 * rows[-1]["step"] > bench.size.short:
            os.kill(os.getpid(), signal.SIGKILL)

    _train_shortly(bench, "resumed", kill)


def resume(bench: Bench) -> None:
    """A training that is killed and goes on, compared with one that is not."""
    names = {size: name for name, size in SIZES.items()}
    start(bench.folder, KILLED, names[bench.size], bench.device.type, PARTS["resume"].limit)
    state = load_checkpoint(bench.folder / "resumed.pt", bench.device)
    if state is None:
        sys.exit("the killed training left no checkpoint")
    ends = [_train_shortly(bench, name)[1][-1]["validation_mlm"] for name in ("resumed", "whole")]
    bench.add({"killed_after_step": state["step"], "steps": bench.size.short, "difference": abs(ends[0] - ends[1])})


def evaluation(bench: Bench) -> None:
    """Evaluation of the student on tasks, one learning rate and seed, and the time for each row trained on."""
    from tinypt.evaluation.evaluate import evaluate_tasks  # here: no other part needs scikit-learn, which is slow
    from tinypt.evaluation.model import load_evaluated
    from tinypt.evaluation.tasks.read import read_data

    options = load("evaluate", Evaluate, PARAMS / "brwac.yaml")
    epochs = min(options.finetune.epochs, bench.size.epochs)
    tuning = dataclasses.replace(
        options.finetune, learning_rates=(1e-3,), dropouts=(0.0,), seeds=(1,), epochs=epochs, joint=()
    )
    options = dataclasses.replace(options, finetune=tuning, task_distillation=None)
    tasks = load("tasks", dict[str, Task], PARAMS / "sample.yaml")
    data = {name: read_data(tasks[name], SEED)[0] for name in bench.size.tasks}
    evaluated = load_evaluated(STUDENT, bench.folder / "models/student", options.max_length)
    for name, each in data.items():
        began = time.perf_counter()
        metrics = evaluate_tasks(evaluated, {name: each}, options, SEED, bench.folder).metrics[name]
        seconds = time.perf_counter() - began
        rows = len(tuning.heads) * epochs * len(each.train.ids)
        bench.add(
            {
                "task": name,
                "protocols": len(metrics),
                "rows_trained": rows,
                "seconds": seconds,
                "ms_per_row": 1000 * seconds / rows,
            }
        )


@dataclass(frozen=True)
class Part:
    """A part and its limit in seconds."""

    function: Callable[[Bench], None]
    limit: float


KILLED = "killed"  # the process that the part `resume` kills
PARTS = {
    "prepare": Part(prepare, 45),
    "machine": Part(machine, 20),
    "live": Part(live, 60),
    "compiled": Part(compiled, 120),
    "stored": Part(stored, 70),
    "sync": Part(sync, 50),
    "training": Part(training, 100),
    "resume": Part(resume, 40),
    "evaluation": Part(evaluation, 35),
}


def table(outcomes: dict[str, Result]) -> list[str]:
    """The results as Markdown: a table of speeds, and a list of everything else."""
    speeds = [row for outcome in outcomes.values() for row in outcome["rows"] if "mfu" in row]
    lines = [
        "| blocks a step | targets | compiled | tokens/s | MFU | memory, GB | formula, GB | waits | first steps, s |",
        "|--:|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in speeds:
        memory = "" if row["memory_gb"] is None else f"{row['memory_gb']:.2f}"
        cells = [f"{row['blocks']:,}", row["targets"], "yes" if row["compiled"] else "no"]
        cells += [f"{row['tokens_per_second']:,.0f}", f"{row['mfu']:.1%}", memory, f"{row['formula_gb']:.2f}"]
        lines.append("| " + " | ".join([*cells, f"{row['waits']:.1%}", f"{row['first_steps_s']:.1f}"]) + " |")
    lines.append("")
    for name, outcome in outcomes.items():
        for row in outcome["rows"]:
            if row not in speeds:
                lines.append(f"- {name}: " + ", ".join(f"{key} {_shown(value)}" for key, value in row.items()))
        if outcome["error"] is not None:
            lines.append(f"- {name}: **failed**: {outcome['error']}")
    return lines


def _shown(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
