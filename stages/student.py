"""Build a student, before training: `python -m stages.student total`.

Reads models/base, models/teacher and, to count pieces, data/tokens/<tokenizer>/train; writes models/<student>/student.
With embeddings: sentence_teacher it runs the sentence teacher on every piece.
"""

from pathlib import Path

from tinypt.modeling.load import load_model, save_model
from tinypt.modeling.student import build_student
from tinypt.params.loader import load, load_seed
from tinypt.params.sentences import Encoder, SentenceTeacher
from tinypt.params.students import Init
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run
from tinypt.sentences.encoders import load_encoder
from tinypt.tokens.arrays import open_blocks
from tinypt.tokens.frequency import count_pieces
from tinypt.tokens.load import load_tokenizer


def main(name: str) -> None:
    """Write the student called `name`, before training."""
    options = load(f"students.{name}.init", Init)
    base, teacher = (
        (load_model(folder), load_tokenizer(folder)) for folder in (Path("models/base"), Path("models/teacher"))
    )
    blocks = open_blocks(Path("data/tokens") / options.tokenizer / "train")
    counts = count_pieces(blocks.ids, (teacher if options.tokenizer == "teacher" else base)[1])
    encode = None
    if options.embeddings == "sentence_teacher":
        encode = load_encoder(_sentence_teacher(name)).encode
    student, tokenizer = build_student(options, base, teacher, load_seed(), counts, encode)
    save_model(student, tokenizer, Path("models") / name / "student")


def _sentence_teacher(name: str) -> Encoder:
    encoder: SentenceTeacher = load("sentence_teacher", SentenceTeacher)
    if encoder is None:
        raise PipelineError(f"sentence_teacher: is null, but students.{name}.init.embeddings is sentence_teacher")
    return encoder


if __name__ == "__main__":
    run(main)
