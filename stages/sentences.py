"""Choose sentences and store the sentence teacher's vectors of them.

Reads data/split/train and data/tasks; writes data/sentences and metrics/sentences.json. A killed run resumes after its
last finished shard or chunk.

The output has two parts, so that DVC tracks each student's dependency. Students that learn from sentence vectors read
the folder `stored`, which is absent without a sentence teacher. All others depend on the file `none`, which never
changes, so they are not trained again when the sentences change.
"""

import shutil
from pathlib import Path

from tinypt import sentences
from tinypt.corpus import shards
from tinypt.evaluation.tasks.table import Split, read_tasks
from tinypt.executors import from_environment
from tinypt.files import fingerprint, sealed_path, work_folder, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.sentences import Encoder, HubEncoder, Sentences, SentenceTeacher
from tinypt.runtime.run import run
from tinypt.sentences.choose import COUNTS, choose, keys_of
from tinypt.sentences.encode import SIZES, write_store

NONE = "Students with sentences: none read no stored sentences.\n"
DOCUMENTS, TASKS = Path("data/split/train"), Path("data/tasks")


def main() -> None:
    """Write the stored sentences, if params.yaml names a sentence teacher, and the metrics."""
    teacher = load("sentence_teacher", SentenceTeacher)
    options, seed = load("sentences", Sentences), load_seed()
    metrics = dict.fromkeys((*COUNTS, *SIZES), 0)
    work = work_folder("sentences", fingerprint([teacher, options, seed], _inputs(teacher)))
    with sealed_path(Path("data/sentences")) as folder:
        folder.mkdir()
        (folder / "none").write_text(NONE, encoding="utf-8")  # not empty: DVC would warn of that at every student
        if teacher is not None:
            metrics |= _store(teacher, options, seed, work, folder / "stored")
    write_json(Path("metrics/sentences.json"), metrics)
    shutil.rmtree(work)


def _inputs(teacher: SentenceTeacher) -> list[Path]:
    """The files and folders that decide the content of unfinished work; it is used only if they are unchanged."""
    if teacher is None:
        return []
    model = [Path(teacher.id)] if isinstance(teacher, HubEncoder) and Path(teacher.id).is_dir() else []
    return [DOCUMENTS, TASKS, *sorted(Path(sentences.__file__).parent.glob("*.py")), Path(shards.__file__), *model]


def _store(teacher: Encoder, options: Sentences, seed: int, work: Path, folder: Path) -> dict[str, int]:
    """Write the store to `folder`. Returns the metrics."""
    tasks, (workers, executor) = read_tasks(TASKS), from_environment()
    excluded = keys_of(text for task in tasks.values() for text in _texts(task.test))
    task_texts = {name: _texts(tasks[name].train) for name in options.tasks}
    choice = choose(DOCUMENTS, task_texts, excluded, options, seed, work / "candidates", workers, executor)
    return choice.counts | write_store(choice, teacher, options, folder, work / "chunks", workers, executor)


def _texts(split: Split) -> list[str]:
    return [*split.first, *(split.second or [])]


if __name__ == "__main__":
    run(main)
