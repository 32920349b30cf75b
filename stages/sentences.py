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
from tinypt.files import atomic_path, fingerprint, work_folder, write_json
from tinypt.params.loader import load, load_seed
from tinypt.params.sentences import Encoder, HubEncoder, Sentences, SentenceTeacher
from tinypt.runtime.run import run
from tinypt.sentences.choose import COUNTS, choose, keys_of
from tinypt.sentences.encode import write_store

DOCUMENTS, TASKS = Path("data/split/train"), Path("data/tasks")
# The code that decides the content of unfinished work, which is used only if it is unchanged.
CODE = [*sorted(Path(sentences.__file__).parent.glob("*.py")), Path(shards.__file__)]


def main() -> None:
    """Write the stored sentences, if params.yaml names a sentence teacher, and the metrics."""
    teacher = load("sentence_teacher", SentenceTeacher)
    options, seed = load("sentences", Sentences), load_seed()
    metrics = dict.fromkeys((*COUNTS, "sentences", "width", "bytes"), 0)
    with atomic_path(Path("data/sentences")) as folder:
        folder.mkdir()
        (folder / "none").touch()
        if teacher is not None:
            model = [Path(teacher.id)] if isinstance(teacher, HubEncoder) and Path(teacher.id).is_dir() else []
            inputs = [DOCUMENTS, TASKS, *CODE, *model]
            work = work_folder("sentences", fingerprint([teacher, options, seed], inputs))
            metrics |= _store(teacher, options, seed, work)
            shutil.move(work / "stored", folder / "stored")
            shutil.rmtree(work)
    write_json(Path("metrics/sentences.json"), metrics)


def _store(teacher: Encoder, options: Sentences, seed: int, work: Path) -> dict[str, int]:
    """Write work/stored. Returns the metrics."""
    tasks, (workers, executor) = read_tasks(TASKS), from_environment()
    excluded = keys_of(text for task in tasks.values() for text in _texts(task.test))
    task_texts = {name: _texts(tasks[name].train) for name in options.tasks}
    choice = choose(DOCUMENTS, task_texts, excluded, options, seed, work / "candidates", workers, executor)
    return choice.counts | write_store(choice, teacher, options, work, workers, executor)


def _texts(split: Split) -> list[str]:
    return [*split.first, *(split.second or [])]


if __name__ == "__main__":
    run(main)
