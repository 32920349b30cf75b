"""Run the teacher once over the training blocks and store what it says: `python -m stages.targets teacher`.

Reads models/teacher and data/tokens/<tokenizer>/train; writes data/targets/<tokenizer> and
metrics/targets/<tokenizer>.json. A killed run goes on after its last finished part.

The folder has two sides, so that DVC knows what a set depends on. Sets with targets: cached read the folder
`cached`, which says so where nothing is stored. Sets with targets: live depend on the file `live`, which
never changes: they are not trained again when something else is stored.
"""

import shutil
from pathlib import Path
from typing import Any

from tinypt.files import atomic_path, fingerprint, work_folder, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.run import run

SCHEMAS: dict[str, Any] = {"teacher": TeacherTargets | None, "base": BaseTargets | None}
LIVE = "A set with targets: live asks the teacher itself. What is stored for others does not concern it.\n"


def main(name: str) -> None:
    """Store the teacher's targets for the sets with the tokenizer called `name`, teacher or base."""
    options, seed = load(f"targets.{name}", SCHEMAS[name]), load_seed()
    model, tokens = Path("models/teacher"), Path("data/tokens") / name / "train"
    work = work_folder("targets", fingerprint([name, options, seed], [model, tokens] if options else []))
    metrics: dict[str, int | float] = {"bytes": 0, "bytes_per_token": 0.0}
    if options is None:
        write_json(work / "options.json", None)
    else:  # PyTorch is imported only now: with nothing to store, the stage is over before it would be loaded
        from tinypt.distillation.targets import write_targets
        from tinypt.distillation.teacher import Teacher
        from tinypt.modeling.forward import pick_device
        from tinypt.modeling.load import load_model, load_tokenizer
        from tinypt.tokens.arrays import open_blocks
        from tinypt.tokens.masking import SpecialIds
        from tinypt.tokens.trimming import ids_in

        tokenizer = load_tokenizer(model)
        ids = ids_in(tokenizer, tokenizer)  # a model may have scores for more ids than it has pieces
        teacher = Teacher(load_model(model), SpecialIds.of(tokenizer), None, options.alignment, ids=ids)
        blocks = open_blocks(tokens)
        metrics = write_targets(teacher, blocks, options, seed, pick_device(), work, f"targets {name}")
    with atomic_path(Path("data/targets") / name) as folder:
        folder.mkdir(parents=True)
        (folder / "live").write_text(LIVE, encoding="utf-8")
        shutil.move(work, folder / "cached")
    write_json(Path("metrics/targets") / f"{name}.json", metrics)


if __name__ == "__main__":
    run(main)
