"""Students trained on cached targets compared with students trained on the live teacher.

    python -m bench.targets [--project PATH] [--students total partial_word] [--seeds 1 2 3]

Takes the models and tokens that `dvc repro` has left in a project folder. For each seed it trains the students total
and partial_word, live and cached, on the same blocks in the same order. `total` compares blocks in place of tokens,
whose vectors are not cached, and masks the cached outputs' share. It starts from the teacher's embeddings: with random
ones, each seed leaves the early plateau at another step, and the difference between seeds would hide the rest. For
speed see `bench.distillation`.
"""

import argparse
import dataclasses
import statistics
import tempfile
from pathlib import Path
from typing import Any

from tinypt.distillation.student_objective import student_objective
from tinypt.distillation.targets import write_targets
from tinypt.distillation.teacher import load_teacher
from tinypt.modeling.forward import pick_device
from tinypt.modeling.load import load_model
from tinypt.modeling.student import build_student
from tinypt.params.loader import load
from tinypt.params.students import Student
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.tokens.arrays import Blocks, Values, open_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.load import load_tokenizer
from tinypt.training.loop import train

EPOCHS = 2.0  # each with its own draw of masks, as live
TEACHER_TARGETS = TeacherTargets(2, 0.15, 2.0, 12, "sentence", None, "fp32")
SOURCES: dict[str, dict[str, TeacherTargets | BaseTargets | None]] = {
    "total": {
        "live": None,
        "cached, 12 samples": TEACHER_TARGETS,
        "cached, 50 samples": dataclasses.replace(TEACHER_TARGETS, samples=50),
    },
    "partial_word": {
        "live": None,
        "cached": BaseTargets("word", None, "fp32"),
        "cached, width 64": BaseTargets("word", 64, "fp32"),
    },
}


def main() -> None:
    """Train every student from every source and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.targets", description=__doc__.split("\n")[0])
    parser.add_argument("--project", type=Path, default=Path(), help="where dvc repro has run (default: here)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--students", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--blocks", type=int, default=3072, help="to train on (default: %(default)s)")
    options = parser.parse_args()
    for name in options.students:
        compare(options.project, name, options.seeds, options.blocks)


def compare(project: Path, name: str, seeds: list[int], blocks: int) -> None:
    """Print a student's validation loss, MLM in nats per masked token, by seed and source, and the differences."""
    losses: dict[str, list[float]] = {source: [] for source in SOURCES[name]}
    for seed in seeds:
        for source, targets in SOURCES[name].items():
            with tempfile.TemporaryDirectory(prefix="bench-targets-") as folder:
                losses[source].append(_validation(project, name, targets, seed, blocks, Path(folder)))
            print(f"{name:14}{source:24} seed {seed}: {losses[source][-1]:.4f}", flush=True)
    for source, values in losses.items():
        differences = [value - live for value, live in zip(values, losses["live"], strict=True)]
        print(
            f"{name:14}{source:24} {statistics.mean(values):.4f}{_deviation(values)}, less live "
            f"{statistics.mean(differences):+.4f}{_deviation(differences)}"
        )


def _deviation(values: list[float]) -> str:
    return f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else ""


def _validation(
    project: Path, name: str, targets: TeacherTargets | BaseTargets | None, seed: int, count: int, folder: Path
) -> float:
    """Validation loss after training on `count` blocks; cached targets are written to `folder`, which exists."""
    params: Student = load(f"students.{name}", Student, project / "params.yaml")
    init = params.init
    changes: dict[str, Any] = {"epochs": EPOCHS, "targets": "live" if targets is None else "cached"}
    if name == "total":
        init = dataclasses.replace(init, embeddings="teacher_pca")
        changes |= {"alignment": "sentence", "mask_probability": (TEACHER_TARGETS.mask_probability,) * 2}
    distill = dataclasses.replace(params.distill, **changes)
    teacher_folder = project / "models/teacher"
    base, teacher = ((load_model(path), load_tokenizer(path)) for path in (project / "models/base", teacher_folder))
    blocks = _first(project, init.tokenizer, count + distill.validation_blocks)
    counts = count_pieces(blocks.ids, (teacher if init.tokenizer == "teacher" else base)[1])
    student, tokenizer = build_student(init, base, teacher, seed, counts)
    if targets is not None:
        write_targets(load_teacher(teacher_folder), blocks, targets, seed, pick_device(), folder, "targets")
    changed = Student(init, distill)
    objective = student_objective(name, changed, student, tokenizer, blocks, teacher_folder, folder, folder, seed)
    result = train(objective, blocks, distill, seed, pick_device(), folder / "checkpoint.pt", name, float("inf"))
    return result.validation_end


def _first(project: Path, tokenizer: str, count: int) -> Blocks:
    blocks = open_blocks(project / "data/tokens" / tokenizer / "train")

    def cut(values: Values | None) -> Values | None:
        return None if values is None else values[:count]

    return dataclasses.replace(
        blocks,
        ids=blocks.ids[:count],
        words=cut(blocks.words),
        teacher_ids=cut(blocks.teacher_ids),
        teacher_words=cut(blocks.teacher_words),
    )


if __name__ == "__main__":
    main()
