"""Train the student of one parameter set against the teacher: `python -m stages.distill total`.

Reads models/<set>/student, models/teacher, data/tokens/<tokenizer>/train and, for a set with targets: cached,
data/targets/<tokenizer>/cached; writes models/<set>/distilled, metrics/<set>/distill.json and
metrics/training/<set>.csv. A killed run goes on from its checkpoint under .cache/checkpoints/, which is found
again only by the same parameters and inputs.
"""

import dataclasses
import logging
import shutil
from pathlib import Path

from tinypt.distillation.cached_targets import CachedTargets, open_cached
from tinypt.distillation.curves import write_curve
from tinypt.distillation.loop import train
from tinypt.distillation.objective import Objective
from tinypt.distillation.teacher import Teacher
from tinypt.distillation.workers import is_main_process
from tinypt.files import fingerprint, work_folder, write_json
from tinypt.modeling.forward import pick_device
from tinypt.modeling.load import load_model, load_tokenizer, save_model
from tinypt.modeling.student import make_maps, make_projection
from tinypt.params.loader import load, load_seed
from tinypt.params.students import ONE_VOCABULARY, Student
from tinypt.params.targets import mismatch
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.trimming import ids_in

log = logging.getLogger(__name__)


def main(name: str) -> None:
    """Write the distilled student of the set called `name`."""
    student_params: Student = load(f"students.{name}", Student)
    options, seed = student_params.distill, load_seed()
    start, tokens = Path("models") / name / "student", Path("data/tokens") / student_params.init.tokenizer / "train"
    inputs = [start, Path("models/teacher"), tokens]
    student, tokenizer = load_model(start), load_tokenizer(start)
    blocks = open_blocks(tokens, tokenizer)
    teacher: Teacher | CachedTargets | None = None
    projection = maps = None
    if options.losses.keys() - {"mlm"}:
        model, teacher_tokenizer = load_model(Path("models/teacher")), load_tokenizer(Path("models/teacher"))
        ids = ids_in(tokenizer, teacher_tokenizer) if student_params.init.tokenizer == "teacher" else None
        for term in ONE_VOCABULARY:
            if term in options.losses and ids is None:
                raise PipelineError(
                    f"students.{name}: losses.{term} needs the teacher's vocabulary, but {start} has another"
                )
        width = student.config.hidden_size
        weighted = student_params.init.embeddings == "teacher_pca_weighted"
        counts = count_pieces(blocks.ids, tokenizer) if weighted else None
        if "cosine" in options.losses:
            projection = make_projection(student_params.init, width, model, seed, counts, ids)
        if "hidden" in options.losses:
            maps = make_maps(student_params.init, width, model, len(options.layers or ()), seed, counts, ids)
        if options.targets == "live":
            teacher = Teacher(
                model,
                SpecialIds.of(teacher_tokenizer),
                options.temperature,
                options.alignment,
                options.layers or (),
                options.relation_heads,
                ids,
            )
        else:  # all that was wanted of the teacher itself is the projection's start
            targets = Path("data/targets") / student_params.init.tokenizer / "cached"
            inputs.append(targets)
            teacher = _stored(targets, name, student_params, blocks.length)
            blocks = dataclasses.replace(blocks, teacher_ids=None, teacher_words=None)
            projection = None if projection is None else teacher.reduce(projection)
    objective = Objective(student, SpecialIds.of(tokenizer), options.losses, teacher, projection, maps)
    key = fingerprint([student_params, seed], inputs)
    checkpoint = work_folder("checkpoints", f"{name}-{key}") / "checkpoint.pt"
    result = train(objective, blocks, options, seed, pick_device(), checkpoint, f"distill {name}")
    if not is_main_process():  # one of several workers; the first writes what all have made
        return
    save_model(student, tokenizer, Path("models") / name / "distilled")
    write_curve(result.rows, Path("metrics/training") / f"{name}.csv")
    final = {term: result.rows[-1][term] for term in ("loss", *options.losses)}
    write_json(
        Path("metrics") / name / "distill.json",
        {
            "validation_mlm_start": result.validation_start,
            "validation_mlm": result.validation_end,
            "final": final,
            "steps": result.steps,
            "tokens": result.tokens,
        },
    )
    # Logged and never written: as an output, a time would make dvc.lock differ from clone to clone.
    log.info("distill %s: %s tokens/s, %.1f %% waiting", name, f"{result.tokens_per_second:,.0f}", 100 * result.waited)
    shutil.rmtree(checkpoint.parent)


def _stored(folder: Path, name: str, student_params: Student, length: int) -> CachedTargets:
    """What is stored for a set, if it is what the set asks for; params.yaml may have changed since it was checked."""
    stored = open_cached(folder, length)
    message = mismatch(student_params, None if stored is None else stored.options)
    if stored is None or message is not None:
        raise PipelineError(f"students.{name}.distill.targets: {message}")
    return stored


if __name__ == "__main__":
    run(main)
