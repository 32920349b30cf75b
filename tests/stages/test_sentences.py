"""The sentences stage."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from stages import sentences
from tests.conftest import TEXTS
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.evaluation.tasks.table import Split, TaskData, write_task
from tinypt.sentences.store import open_store

PACKAGE = {"source": "package", "name": "use_multilingual"}
OPTIONS = {"number": 8, "min_words": 4, "max_words": 12, "tasks": {"pairs": 3}}
PAIRS = TaskData(
    Split(["1", "2"], ["Um cão corre.", "O time perdeu o jogo"], ["Um gato dorme.", "Um cão corre"], [1.0, 2.0]),
    Split(["3", "4"], ["Depois ela foi à escola com o irmão!", "Chove."], ["UM GATO DORME", "Faz sol."], [1.0, 2.0]),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder as far as `split` and `tasks`, and the working directory of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINYPT_WORKERS", "1")
    for index in range(3):
        texts = TEXTS[2 * index : 2 * index + 2] + TEXTS[:1]
        columns = [[f"{index}-{row}" for row in range(3)], [""] * 3, [""] * 3, texts]
        write_shard(Path("data/split/train") / shard_name(index), [pa.table(columns, schema=SCHEMA)])
    write_task(PAIRS, Path("data/tasks/pairs"))
    return tmp_path


def _run(teacher: Any, **options: Any) -> Any:
    params = {"seed": 3, "sentence_teacher": teacher, "sentences": OPTIONS | options}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    sentences.main()
    return json.loads(Path("metrics/sentences.json").read_text(encoding="utf-8"))


def test_the_store_holds_a_sample_and_the_copies_of_task_texts(project: Path) -> None:
    metrics = _run(PACKAGE)
    store = open_store(Path("data/sentences/stored"))
    assert store.vectors.shape == (len(store), 512)
    assert metrics["corpus_sentences"] + metrics["task_sentences"] == metrics["sentences"] == len(store)
    assert store.texts.count("Um cão corre") == 3
    lengths = np.linalg.norm(store.vectors.astype(np.float64), axis=1)
    assert np.allclose(lengths, 1, atol=2e-3)
    assert np.linalg.norm(store.vectors.astype(np.float64).mean(axis=0)) < 0.1, "vectors are centred"
    assert (project / "data/sentences/none").read_bytes() == b""


def test_without_a_sentence_teacher_nothing_is_stored(project: Path) -> None:
    assert set(_run(None).values()) == {0}
    assert [path.name for path in Path("data/sentences").iterdir()] == ["none"]
