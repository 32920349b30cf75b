"""Build the student of one parameter set, before training: `python -m stages.student total`.

Reads models/base and models/teacher; writes models/<set>/student.
"""

from pathlib import Path

from tinypt.modeling.load import load_model, load_tokenizer, save_model
from tinypt.modeling.student import build_student
from tinypt.params.experiments import Student
from tinypt.params.loader import load, load_seed
from tinypt.stage import run


def main(name: str) -> None:
    """Write the untrained student of the set called `name`."""
    options = load(f"experiments.{name}.student", Student)
    base, teacher = (
        (load_model(folder), load_tokenizer(folder)) for folder in (Path("models/base"), Path("models/teacher"))
    )
    student, tokenizer = build_student(options, base, teacher, load_seed())
    save_model(student, tokenizer, Path("models") / name / "student")


if __name__ == "__main__":
    run(main)
