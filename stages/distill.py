"""Train a student against the teacher: `python -m stages.distill total`.

Reads models/<student>/student, models/teacher, data/tokens/<tokenizer>/train; with targets: cached,
data/targets/<tokenizer>/cached; and with sentences: stored, data/sentences/stored. Writes models/<student>/distilled,
metrics/<student>/distill.json and metrics/training/<student>.csv. A killed run resumes from its checkpoint below
.cache/checkpoints/, provided that parameters, inputs and code are the same. Where there are several GPUs, each has a
worker.
"""

import logging
import shutil
from pathlib import Path

from tinypt.distillation.curves import write_curve
from tinypt.distillation.student_objective import student_objective
from tinypt.files import fingerprint, source_files, work_folder, write_json
from tinypt.modeling.forward import pick_device
from tinypt.modeling.load import load_model, save_model
from tinypt.params.loader import load, load_seed
from tinypt.params.students import Student
from tinypt.runtime.run import run
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import continuation_pieces
from tinypt.training.loop import train
from tinypt.training.workers import is_main_process, start_workers

log = logging.getLogger(__name__)

# The code that decides the weights. A checkpoint left by a killed run is used only if it is unchanged.
CODE = source_files("distillation", "modeling", "tokens", "training")


def main(name: str) -> None:
    """Write the distilled student called `name`, with all GPUs of this machine."""
    if start_workers("stages.distill", name):
        return
    student_params: Student = load(f"students.{name}", Student)
    options, seed, tokenizer_name = student_params.distill, load_seed(), student_params.init.tokenizer
    start, teacher = Path("models") / name / "student", Path("models/teacher")
    tokens, cached = Path("data/tokens") / tokenizer_name / "train", Path("data/targets") / tokenizer_name / "cached"
    sentences = Path("data/sentences/stored")
    model, tokenizer = load_model(start), load_tokenizer(start)
    blocks = open_blocks(tokens, tokenizer)
    objective = student_objective(name, student_params, model, tokenizer, blocks, teacher, cached, sentences, seed)
    if options.masking == "words":
        objective.continuations = continuation_pieces(tokenizer)
    inputs = [*CODE, start, teacher, tokens]
    inputs += [cached] if options.targets == "cached" else []
    inputs += [sentences] if options.sentences == "stored" else []
    checkpoint = work_folder("checkpoints", f"{name}-{fingerprint([student_params, seed], inputs)}") / "checkpoint.pt"
    curve = Path("metrics/training") / f"{name}.csv"
    result = train(
        objective,
        blocks,
        options,
        seed,
        pick_device(),
        checkpoint,
        f"distill {name}",
        on_row=lambda rows: write_curve(rows, curve),  # plots can follow the training
    )
    if not is_main_process():  # all workers have the same weights; one writes them
        return
    save_model(model, tokenizer, Path("models") / name / "distilled")
    write_curve(result.rows, curve)
    write_json(
        Path("metrics") / name / "distill.json",
        {
            "validation_mlm_start": result.validation_start,
            "validation_mlm": result.validation_end,
            "final": {term: result.rows[-1][term] for term in ("loss", *options.losses)},
            "steps": result.steps,
            "tokens": result.tokens,
        },
    )
    # Logged but not written: a time in an output would make dvc.lock differ from clone to clone.
    log.info("distill %s: %s tokens/s, %.1f %% waiting", name, f"{result.tokens_per_second:,.0f}", 100 * result.waited)
    shutil.rmtree(checkpoint.parent)


if __name__ == "__main__":
    run(main)
