"""Build a student, before training: `python -m stages.student total`.

Reads models/base, models/teacher and, to count pieces, data/tokens/teacher/train; writes models/<student>/student.
"""

from pathlib import Path

from tinypt.modeling.load import load_model, load_tokenizer, save_model
from tinypt.modeling.student import build_student
from tinypt.params.loader import load, load_seed
from tinypt.params.students import Init
from tinypt.runtime.run import run
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.frequency import count_pieces


def main(name: str) -> None:
    """Write the student called `name`, before training."""
    options = load(f"students.{name}.init", Init)
    base, teacher = (
        (load_model(folder), load_tokenizer(folder)) for folder in (Path("models/base"), Path("models/teacher"))
    )
    counts = None
    if options.embeddings == "teacher_pca_weighted" or options.vocabulary == "trimmed":
        counts = count_pieces(open_blocks(Path("data/tokens/teacher/train")).ids, teacher[1])
    student, tokenizer = build_student(options, base, teacher, load_seed(), counts)
    save_model(student, tokenizer, Path("models") / name / "student")


if __name__ == "__main__":
    run(main)
