"""Run the teacher once over the training blocks and cache its outputs: `python -m stages.targets teacher`.

Reads models/teacher and data/tokens/<tokenizer>/train; writes data/targets/<tokenizer> and
metrics/targets/<tokenizer>.json. A killed run resumes after its last finished part.

The output has two parts, so that DVC tracks each student's dependency. Students with targets: cached read the folder
`cached`; its options.json is null if nothing is cached. Students with targets: live depend on the file `live`, which
never changes, so they are not trained again when the cached targets change.
"""

import shutil
from pathlib import Path
from typing import Any

from tinypt.files import fingerprint, publish, remove_others, sealed_path, source_files, work_folder, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.targets import BaseTargets, TeacherTargets
from tinypt.runtime.run import run

SCHEMAS: dict[str, Any] = {"teacher": TeacherTargets | None, "base": BaseTargets | None}
# The code that decides the outputs. Parts left by a killed run are used only if it is unchanged.
CODE = source_files("distillation", "modeling", "tokens", "training")
LIVE = "Students with targets: live run the teacher at every step and read no cached outputs.\n"


def main(name: str) -> None:
    """Cache the teacher's outputs for students with the tokenizer called `name`, teacher or base."""
    options, seed = load(f"targets.{name}", SCHEMAS[name]), load_seed()
    model, tokens = Path("models/teacher"), Path("data/tokens") / name / "train"
    work = work_folder("targets", fingerprint([name, options, seed], [model, tokens, *CODE] if options else []))
    cached = work / "cached"
    cached.mkdir(exist_ok=True)
    metrics: dict[str, int | float] = {"bytes": 0, "bytes_per_token": 0.0}
    if options is None:
        remove_others(cached, [])
        write_json(cached / "options.json", None)
    else:  # imported only now: without targets the stage ends before PyTorch would be loaded
        from tinypt.distillation.targets import write_targets
        from tinypt.distillation.teacher import load_teacher
        from tinypt.modeling.forward import pick_device
        from tinypt.tokens.arrays import open_blocks

        metrics = write_targets(
            load_teacher(model), open_blocks(tokens), options, seed, pick_device(), cached, f"targets {name}"
        )
    with sealed_path(Path("data/targets") / name) as folder:
        folder.mkdir(parents=True)
        (folder / "live").write_text(LIVE, encoding="utf-8")
        publish(cached, folder / "cached")
    write_json(Path("metrics/targets") / f"{name}.json", metrics)
    shutil.rmtree(work)


if __name__ == "__main__":
    run(main)
