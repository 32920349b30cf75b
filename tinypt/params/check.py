"""Check a whole parameter file: every section against its schema, and the sections against each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus
from tinypt.params.evaluate import Evaluate
from tinypt.params.export import Export
from tinypt.params.loader import REFERENCES, load, load_seed, read_sections
from tinypt.params.models import Base, Teacher
from tinypt.params.select import Select
from tinypt.params.sentences import Sentences, SentenceTeacher
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
    "sentence_teacher": SentenceTeacher,
    "sentences": Sentences,
    "students": dict[str, Student],
    "evaluate": Evaluate,
    "export": Export,
}
# Names that a student cannot have: other folders under models/ and metrics/, and the baselines in reports.
RESERVED = (
    *(*REFERENCES, "soft_labels", "targets", "tokenize", "training"),
    *("constant", "word_jaccard", "overlap_features", "char_ngrams"),
)


def check_file(path: Path) -> dict[str, Any]:
    """Check every section, names that refer to tasks and students, needs of students, and shared mappings.

    Returns the values of each section by its name.

    Raises:
        PipelineError: names the file and key of the first mistake.
    """
    sections = {name: load(name, schema, path) for name, schema in SCHEMAS.items()} | {"seed": load_seed(path)}
    for name in ("teacher", "base"):
        positions = sections[name].architecture.positions if sections[name].source == "pretrain" else None
        if positions is not None and positions < (length := sections["tokenize"].length):
            raise PipelineError(f"{path}: {name}.architecture.positions: must be at least tokenize.length ({length})")
    for name in (name for group in sections["evaluate"].finetune.joint for name in group):
        if name not in sections["tasks"]:
            raise PipelineError(f"{path}: evaluate.finetune.joint: no task is called {name} under tasks")
    for name in sections["sentences"].tasks:
        if name not in sections["tasks"]:
            raise PipelineError(f"{path}: sentences.tasks: no task is called {name} under tasks")
    longest, trained = sections["evaluate"].max_length, sections["tokenize"].length
    if longest > trained:
        raise PipelineError(
            f"{path}: evaluate.max_length: must be at most tokenize.length ({trained}), is {longest}: "
            "students are not trained on later positions"
        )
    task_distillation = sections["evaluate"].task_distillation
    for name in task_distillation.students if task_distillation else ():
        if name not in sections["students"]:
            raise PipelineError(f"{path}: evaluate.task_distillation.students: no student is called {name}")
    for name, student in sections["students"].items():
        if name in RESERVED:
            raise PipelineError(f"{path}: students.{name}: the name is reserved; choose another")
        cached = getattr(sections["targets"], student.init.tokenizer)
        if student.distill.targets == "cached" and (message := mismatch(student, cached)) is not None:
            raise PipelineError(f"{path}: students.{name}.distill.targets: {message}")
        for key, learns in (
            ("init.embeddings: sentence_teacher", student.init.embeddings == "sentence_teacher"),
            ("distill.sentences: stored", student.distill.sentences == "stored"),
        ):
            if learns and sections["sentence_teacher"] is None:
                needs = f"students.{name}.{key} needs a sentence teacher"
                raise PipelineError(f"{path}: {needs}; fill in the section sentence_teacher, which is null")
    _check_sharing(read_sections(path)["students"], path)
    return sections


def _check_sharing(students: Any, path: Path) -> None:
    """Refuse a mapping under two keys: a bare YAML alias, or a nested mapping inherited with `<<`."""
    keys: dict[int, str] = {}
    for key, mapping in _mappings("students", students):
        first = keys.setdefault(id(mapping), key)
        if first != key:
            raise PipelineError(
                f"{path}: {key}: is the same mapping as {first}, so `dvc exp run -S` on one changes both; "
                "write {<<: *anchor} in place of an alias, or spell out the values"
            )


def _mappings(key: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield key, value
        for name, item in value.items():
            yield from _mappings(f"{key}.{name}", item)
