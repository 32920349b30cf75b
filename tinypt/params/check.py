"""Check a whole parameter file: every section against its schema, and the sections against each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinypt.params.clean import Clean
from tinypt.params.corpus import Corpus
from tinypt.params.evaluate import Evaluate
from tinypt.params.export import Export
from tinypt.params.fit import Sizes, check_init, check_layers, check_width, sizes_of, student_sizes
from tinypt.params.loader import load, load_seed, read_sections
from tinypt.params.models import Base, Teacher
from tinypt.params.select import Select
from tinypt.params.sentences import WIDTHS, PackageEncoder, Sentences, SentenceTeacher
from tinypt.params.split import Split
from tinypt.params.students import Student
from tinypt.params.targets import Targets, mismatch
from tinypt.params.tasks import PAIR_KINDS, Task
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
LONGEST_GROUP = 200  # characters of the names of tasks that are learnt together: they are the name of a file


def check_file(path: Path) -> dict[str, Any]:
    """Check every section, names that refer to tasks and students, needs of students, and shared mappings.

    Returns the values of each section by its name.

    Raises:
        PipelineError: names the file and key of the first mistake.
    """
    sections = {name: load(name, schema, path) for name, schema in SCHEMAS.items() if name != "seed"}
    sections["seed"] = load_seed(path)
    models = [sections[name] for name in ("teacher", "base")]
    with _prefix(f"{path}: "):
        _check_lengths(sections)
        _check_tasks(sections)
        _check_students(sections)
        _check_sharing(read_sections(path)["students"])
        if all(model.source == "pretrain" for model in models):
            check_models(sections, *(sizes_of(model.architecture) for model in models))
    return sections


def check_models(sections: dict[str, Any], teacher: Sizes, base: Sizes) -> None:
    """Check that the students and the cached targets fit the sizes of the two models.

    Raises:
        PipelineError: the message begins with the key.
    """
    encoder = sections["sentence_teacher"]
    width = WIDTHS[encoder.name] if isinstance(encoder, PackageEncoder) else None
    for name, student in sections["students"].items():
        options = student.distill
        with _prefix(f"students.{name}.init."):
            check_init(student.init, base, teacher, width)
        with _prefix(f"students.{name}.distill."):
            check_layers(options.layers or (), options.relation_heads, student_sizes(student.init, base), teacher)
    for name in ("teacher", "base"):
        if (targets := getattr(sections["targets"], name)) is not None:
            with _prefix(f"targets.{name}."):
                check_width(targets.width, teacher)


@contextmanager
def _prefix(place: str) -> Iterator[None]:
    """Put `place` in front of the message of a PipelineError."""
    try:
        yield
    except PipelineError as error:
        raise PipelineError(f"{place}{error}") from None


def _check_lengths(sections: dict[str, Any]) -> None:
    longest, trained = sections["evaluate"].max_length, sections["tokenize"].length
    for name in ("teacher", "base"):
        positions = sections[name].architecture.positions if sections[name].source == "pretrain" else None
        if positions is not None and positions < trained:
            raise PipelineError(f"{name}.architecture.positions: must be at least tokenize.length ({trained})")
    if longest > trained:
        raise PipelineError(
            f"evaluate.max_length: must be at most tokenize.length ({trained}), is {longest}: "
            "students are not trained on later positions"
        )


def _check_tasks(sections: dict[str, Any]) -> None:
    tasks, joint = sections["tasks"], sections["evaluate"].finetune.joint
    named = [("evaluate.finetune.joint", name) for group in joint for name in group]
    for key, name in [*named, *(("sentences.tasks", name) for name in sections["sentences"].tasks)]:
        if name not in tasks:
            raise PipelineError(f"{key}: no task is called {name} under tasks")
    for index, group in enumerate(joint):
        if len({tasks[name].kind in PAIR_KINDS for name in group}) > 1:
            raise PipelineError(f"evaluate.finetune.joint[{index}]: joins tasks of pairs with tasks of single texts")
        if len("+".join(group)) > LONGEST_GROUP:
            limit = f"more than {LONGEST_GROUP} characters together; shorten them"
            raise PipelineError(f"evaluate.finetune.joint[{index}]: the names have {limit}")


def _check_students(sections: dict[str, Any]) -> None:
    task_distillation = sections["evaluate"].task_distillation
    for name in task_distillation.students if task_distillation else ():
        if name not in sections["students"]:
            raise PipelineError(f"evaluate.task_distillation.students: no student is called {name}")
    for name, student in sections["students"].items():
        cached = getattr(sections["targets"], student.init.tokenizer)
        if student.distill.targets == "cached" and (message := mismatch(student, cached)) is not None:
            raise PipelineError(f"students.{name}.distill.targets: {message}")
        for key, learns in (
            ("init.embeddings: sentence_teacher", student.init.embeddings == "sentence_teacher"),
            ("distill.sentences: stored", student.distill.sentences == "stored"),
        ):
            if learns and sections["sentence_teacher"] is None:
                needs = f"students.{name}.{key} needs a sentence teacher"
                raise PipelineError(f"{needs}; fill in the section sentence_teacher, which is null")


def _check_sharing(students: Any) -> None:
    """Refuse a mapping under two keys: a bare YAML alias, or a nested mapping inherited with `<<`."""
    keys: dict[int, str] = {}
    for key, mapping in _mappings("students", students):
        first = keys.setdefault(id(mapping), key)
        if first != key:
            raise PipelineError(
                f"{key}: is the same mapping as {first}, so `dvc exp run -S` on one changes both; "
                "write {<<: *anchor} in place of an alias, or spell out the values"
            )


def _mappings(key: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield key, value
        for name, item in value.items():
            yield from _mappings(f"{key}.{name}", item)
