"""Train the student of one parameter set against the teacher: `python -m stages.distill total`.

Reads models/<set>/student, models/teacher and data/tokens/<tokenizer>/train; writes models/<set>/distilled,
metrics/<set>/distill.json and metrics/training/<set>.csv. A killed run goes on from its checkpoint under
.cache/checkpoints/, which is found again only by the same parameters and inputs.
"""

import logging
import shutil
from pathlib import Path

from tinypt.distillation.curves import write_curve
from tinypt.distillation.loop import train
from tinypt.distillation.objective import Objective
from tinypt.distillation.teacher import Teacher
from tinypt.errors import PipelineError
from tinypt.files import fingerprint, work_folder, write_json
from tinypt.modeling.forward import pick_device
from tinypt.modeling.load import load_model, load_tokenizer, save_model
from tinypt.modeling.student import make_maps, make_projection
from tinypt.params.experiments import ONE_VOCABULARY, Experiment
from tinypt.params.loader import load, load_seed
from tinypt.stage import run
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.masking import SpecialIds
from tinypt.tokens.vocabulary import same_vocabulary

log = logging.getLogger(__name__)


def main(name: str) -> None:
    """Write the distilled student of the set called `name`."""
    experiment: Experiment = load(f"experiments.{name}", Experiment)
    options, seed = experiment.distill, load_seed()
    start, tokens = Path("models") / name / "student", Path("data/tokens") / experiment.student.tokenizer / "train"
    student, tokenizer = load_model(start), load_tokenizer(start)
    blocks = open_blocks(tokens)
    teacher = projection = maps = None
    if options.losses.keys() - {"mlm"}:
        model, teacher_tokenizer = load_model(Path("models/teacher")), load_tokenizer(Path("models/teacher"))
        shared = same_vocabulary(tokenizer, teacher_tokenizer)
        for term in ONE_VOCABULARY:
            if term in options.losses and not shared:
                raise PipelineError(
                    f"experiments.{name}: losses.{term} needs the teacher's vocabulary, but {start} has another"
                )
        teacher = Teacher(
            model,
            SpecialIds.of(teacher_tokenizer),
            options.temperature,
            options.alignment,
            options.layers or (),
            options.relation_heads,
        )
        width = student.config.hidden_size
        weighted = experiment.student.embeddings == "teacher_pca_weighted"
        counts = count_pieces(blocks.ids, tokenizer) if weighted else None
        if "cosine" in options.losses:
            projection = make_projection(experiment.student, width, model, seed, counts)
        if "hidden" in options.losses:
            maps = make_maps(experiment.student, width, model, len(teacher.layers), seed, counts)
    objective = Objective(student, SpecialIds.of(tokenizer), options.losses, teacher, projection, maps)
    key = fingerprint([experiment, seed], [start, Path("models/teacher"), tokens])
    checkpoint = work_folder("checkpoints", f"{name}-{key}") / "checkpoint.pt"
    result = train(objective, blocks, options, seed, pick_device(), checkpoint, f"distill {name}")
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
    log.info("distill %s: %s tokens/s", name, f"{result.tokens_per_second:,.0f}")
    shutil.rmtree(checkpoint.parent)


if __name__ == "__main__":
    run(main)
