"""Every section of a parameter file against its schema."""

from pathlib import Path
from typing import Any

from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus
from tinypt.params.evaluate import Evaluate
from tinypt.params.export import Export
from tinypt.params.loader import load
from tinypt.params.models import Base, Teacher
from tinypt.params.select import Select
from tinypt.params.split import Split
from tinypt.params.students import Student
from tinypt.params.targets import Targets, mismatch
from tinypt.params.tasks import Task
from tinypt.params.tokenize import Tokenize
from tinypt.runtime.errors import PipelineError

SCHEMAS: dict[str, Any] = {
    "seed": int,
    "corpus": Corpus,
    "clean": Clean,
    "select": Select,
    "split": Split,
    "tasks": dict[str, Task],
    "teacher": Teacher,
    "base": Base,
    "tokenize": Tokenize,
    "targets": Targets,
    "students": dict[str, Student],
    "evaluate": Evaluate,
    "export": Export,
}
# Folders under models/ and metrics/ that a set of that name would overwrite, and the baselines it is compared with.
RESERVED = (
    *("teacher", "base", "untrained", "targets", "tokenize", "training"),
    *("constant", "word_jaccard", "overlap_features", "char_ngrams"),
)


def check_file(path: Path) -> None:
    """Check every section, the names of the parameter sets, and that what they read from `targets` is stored.

    Raises:
        PipelineError: the first mistake found, by file and key.
    """
    sections = {name: load(name, schema, path) for name, schema in SCHEMAS.items()}
    for name in (name for group in sections["evaluate"].finetune.joint for name in group):
        if name not in sections["tasks"]:
            raise PipelineError(f"{path}: evaluate.finetune.joint: no task is called {name} under tasks")
    task_distillation = sections["evaluate"].task_distillation
    for name in task_distillation.students if task_distillation else ():
        if name not in sections["students"]:
            raise PipelineError(f"{path}: evaluate.task_distillation.students: no set is called {name} under students")
    for name, student_params in sections["students"].items():
        if name in RESERVED:
            raise PipelineError(f"{path}: students.{name}: the name is taken; choose another")
        if not (name.isascii() and name.isidentifier() and name.islower()):
            raise PipelineError(f"{path}: students.{name}: a set's name is made of a-z, 0-9 and _")
        stored = getattr(sections["targets"], student_params.init.tokenizer)
        if student_params.distill.targets == "cached" and (message := mismatch(student_params, stored)) is not None:
            raise PipelineError(f"{path}: students.{name}.distill.targets: {message}")
