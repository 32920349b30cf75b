"""Learning from stored targets beside asking the teacher: are the students as good?

    python -m bench.targets [--project PATH] [--sets total partial_word] [--seeds 1 2 3]

Takes the models and tokens that `dvc repro` has left in a project folder and trains, for each seed, the sets total
(with the cosine of texts in place of tokens, which are not stored) and partial_word, live and cached, on the same
blocks in the same order. `total` starts from the teacher's embeddings: random ones leave the frequency of words behind
at a step of their own, and what seeds differ by would hide the rest. How much faster the cached ones are is for
`bench.distillation` to say.
"""

import argparse
import dataclasses
import statistics
import tempfile
from pathlib import Path

import torch

from tinypt.distillation.cached_targets import CachedTargets, open_cached
from tinypt.distillation.loop import train
from tinypt.distillation.objective import Objective
from tinypt.distillation.targets import write_targets
from tinypt.distillation.teacher import Teacher
from tinypt.modeling.forward import pick_device
from tinypt.modeling.load import load_model, load_tokenizer
from tinypt.modeling.student import build_student, make_projection
from tinypt.params.loader import load
from tinypt.params.students import Student
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.masking import SpecialIds

EPOCHS = 2.0  # each with a draw of its own, as live
STORED = TeacherTargets(2, 0.15, 2.0, 12, "sentence", None, "fp32")
WAYS: dict[str, dict[str, TeacherTargets | BaseTargets | None]] = {
    "total": {
        "live": None,
        "cached, 12 samples": STORED,
        "cached, 50 samples": dataclasses.replace(STORED, samples=50),
    },
    "partial_word": {
        "live": None,
        "cached": BaseTargets("word", None, "fp32"),
        "cached, width 64": BaseTargets("word", 64, "fp32"),
    },
}


def main() -> None:
    """Train every way and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.targets", description=__doc__.split("\n")[0])
    parser.add_argument("--project", type=Path, default=Path(), help="where dvc repro has run (default: here)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--sets", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--blocks", type=int, default=3072, help="to train on (default: %(default)s)")
    options = parser.parse_args()
    for name in options.sets:
        agreement(options.project, name, options.seeds, options.blocks)


def agreement(project: Path, name: str, seeds: list[int], blocks: int) -> None:
    """Print a set's validation loss, MLM in nats per masked token, for every seed and way, and their differences."""
    losses: dict[str, list[float]] = {way: [] for way in WAYS[name]}
    for seed in seeds:
        for way, stored in WAYS[name].items():
            with tempfile.TemporaryDirectory(prefix="bench-targets-") as folder:
                losses[way].append(_validation(project, name, stored, seed, blocks, Path(folder)))
            print(f"{name:14}{way:24} seed {seed}: {losses[way][-1]:.4f}", flush=True)
    for way, each in losses.items():
        apart = [ours - theirs for ours, theirs in zip(each, losses["live"], strict=True)]
        print(
            f"{name:14}{way:24} {statistics.mean(each):.4f} ± {statistics.stdev(each):.4f}, less live "
            f"{statistics.mean(apart):+.4f} ± {statistics.stdev(apart):.4f}"
        )


def _validation(
    project: Path, name: str, options: TeacherTargets | BaseTargets | None, seed: int, count: int, folder: Path
) -> float:
    student_params: Student = load(f"students.{name}", Student, project / "params.yaml")
    shape, settings = student_params.init, dataclasses.replace(student_params.distill, epochs=EPOCHS)
    if name == "total":
        shape = dataclasses.replace(shape, embeddings="teacher_pca")
        settings = dataclasses.replace(settings, alignment="sentence")
    base, teacher = (
        (load_model(path), load_tokenizer(path)) for path in (project / "models/base", project / "models/teacher")
    )
    student, tokenizer = build_student(shape, base, teacher, seed)
    blocks = _first(project, student_params.init.tokenizer, count + settings.validation_blocks)
    live = Teacher(teacher[0], SpecialIds.of(teacher[1]), settings.temperature, settings.alignment)
    projection = make_projection(shape, student.config.hidden_size, teacher[0], seed)
    told: Teacher | CachedTargets = live
    if options is not None:
        told = store(live, blocks, options, seed, pick_device(), folder)
        projection = told.reduce(projection)
    objective = Objective(student, SpecialIds.of(tokenizer), settings.losses, told, projection)
    result = train(objective, blocks, settings, seed, pick_device(), folder / "checkpoint.pt", name, float("inf"))
    return result.validation_end


def _first(project: Path, tokenizer: str, count: int) -> Blocks:
    blocks = open_blocks(project / "data/tokens" / tokenizer / "train")
    return Blocks(
        blocks.ids[:count],
        None if blocks.words is None else blocks.words[:count],
        None if blocks.teacher_ids is None else blocks.teacher_ids[:count],
        None if blocks.teacher_words is None else blocks.teacher_words[:count],
    )


def store(
    teacher: Teacher,
    blocks: Blocks,
    options: TeacherTargets | BaseTargets,
    seed: int,
    device: torch.device,
    folder: Path,
) -> CachedTargets:
    """What the teacher says of the blocks, stored in `folder`, which exists."""
    write_targets(teacher, blocks, options, seed, device, folder, "targets")
    stored = open_cached(folder, blocks.length)
    assert stored is not None
    return stored


if __name__ == "__main__":
    main()
