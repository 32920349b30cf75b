"""Every section of a parameter file against its schema."""

from pathlib import Path
from typing import Any

from tinypt.errors import PipelineError
from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus
from tinypt.params.evaluate import Evaluate
from tinypt.params.experiments import Experiment
from tinypt.params.export import Export
from tinypt.params.loader import load
from tinypt.params.models import Base, Teacher
from tinypt.params.select import Select
from tinypt.params.split import Split
from tinypt.params.targets import Targets, mismatch
from tinypt.params.tasks import Task
from tinypt.params.tokenize import Tokenize

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
    "experiments": dict[str, Experiment],
    "evaluate": Evaluate,
    "export": Export,
}
# Folders under models/ and metrics/ that a set of that name would overwrite, and the floors it is compared with.
RESERVED = (
    *("teacher", "base", "floor", "targets", "tokenize", "training"),
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
    teaching = sections["evaluate"].teaching
    for name in teaching.sets if teaching else ():
        if name not in sections["experiments"]:
            raise PipelineError(f"{path}: evaluate.teaching.sets: no set is called {name} under experiments")
    for name, experiment in sections["experiments"].items():
        if name in RESERVED:
            raise PipelineError(f"{path}: experiments.{name}: the name is taken; choose another")
        if not (name.isascii() and name.isidentifier() and name.islower()):
            raise PipelineError(f"{path}: experiments.{name}: a set's name is made of a-z, 0-9 and _")
        stored = getattr(sections["targets"], experiment.student.tokenizer)
        if experiment.distill.targets == "cached" and (message := mismatch(experiment, stored)) is not None:
            raise PipelineError(f"{path}: experiments.{name}.distill.targets: {message}")
