"""The sentences stage, with the encoder of the installed package."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from numpy.typing import NDArray

from stages import sentences
from tests.conftest import TEXTS, seal
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.evaluation.tasks.table import Split, TaskData, write_task
from tinypt.files import CHECKSUMS
from tinypt.params.sentences import PackageEncoder
from tinypt.sentences import encode
from tinypt.sentences.cut import sentence_key
from tinypt.sentences.store import open_store

PACKAGE = {"source": "package", "name": "use_multilingual"}
PAIRS = TaskData(
    Split(["1", "2"], ["Um cão corre.", "O time perdeu"], ["Um gato dorme.", "Um cão corre"], [1.0, 2.0]),
    Split(["3", "4"], ["Depois ela foi à escola com o irmão!", "Chove."], ["UM GATO DORME", "Faz sol."], [1.0, 2.0]),
)
TWEETS = TaskData(
    Split(["1", "2"], ["Adorei!", "Odiei!"], None, ["bom", "mau"]),
    Split(["3", "4"], ["João não gosta de café; prefere chá de camomila à tarde.", "Legal"], None, ["bom", "mau"]),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder as far as `split` and `tasks`, and the working directory of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINYPT_WORKERS", "1")
    monkeypatch.setattr("tinypt.sentences.encode.CHUNK", 4)
    for index in range(3):
        columns = [[f"{index}-{row}" for row in range(2)], [""] * 2, [""] * 2, TEXTS[2 * index : 2 * index + 2]]
        write_shard(Path("data/split/train") / shard_name(index), [pa.table(columns, schema=SCHEMA)])
    write_task(PAIRS, Path("data/tasks/pairs"))
    write_task(TWEETS, Path("data/tasks/tweets"))
    seal(Path("data/split"), Path("data/tasks"))
    return tmp_path


def _run(teacher: Any, number: int = 100) -> Any:
    options = {"number": number, "min_words": 4, "max_words": 40, "tasks": {"pairs": 3}}
    params = {"seed": 3, "sentence_teacher": teacher, "sentences": options}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    sentences.main()
    return json.loads(Path("metrics/sentences.json").read_text(encoding="utf-8"))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_sentences_and_task_texts_are_stored_without_any_text_of_a_test_split(project: Path) -> None:
    metrics = _run(PACKAGE)
    store = open_store(Path("data/sentences/stored"))
    assert store.vectors.shape == (len(store), 512)
    vectors = store.vectors.astype(np.float64)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=2e-3)
    assert np.linalg.norm(vectors.mean(axis=0)) < 0.1  # they are centred
    tests = [text for task in (PAIRS, TWEETS) for text in (*task.test.first, *(task.test.second or []))]
    assert not set(map(sentence_key, tests)) & set(map(sentence_key, store.texts))
    keys = list(map(sentence_key, store.texts))
    assert keys.count("umcaocorre") == keys.count("otimeperdeu") == 3
    assert metrics == {
        "cut": 7,
        "candidates": 7,
        "test_texts_left_out": 3,  # a sentence of pairs, a tweet, and a training text of pairs
        "corpus_sentences": 5,
        "task_sentences": 6,
        "sentences": 11,
        "width": 512,
        "bytes": sum(file.stat().st_size for file in Path("data/sentences/stored").iterdir()),
    }


def test_a_second_run_and_two_workers_give_the_same_bytes_and_no_work_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(PACKAGE)
    first = _files(Path("data/sentences"))
    assert first.keys() == {"none", CHECKSUMS, "stored/options.json", "stored/texts.parquet", "stored/vectors.npy"}
    shutil.rmtree("data/sentences")
    monkeypatch.setenv("TINYPT_WORKERS", "2")
    _run(PACKAGE)
    assert _files(Path("data/sentences")) == first
    assert not _files(Path(".cache"))


def test_a_killed_stage_resumes_after_its_last_chunk(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(PACKAGE)
    whole = _files(Path("data/sentences"))
    encoder, read, limit = encode._load_once(PackageEncoder("package", "use_multilingual")), [], 1

    def encode_until_killed(texts: list[str]) -> NDArray[np.float32]:
        if len(read) == limit:
            raise KeyboardInterrupt
        read.append(texts)
        return encoder.encode(texts)

    monkeypatch.setattr(encode, "_load_once", lambda options: SimpleNamespace(encode=encode_until_killed))
    with pytest.raises(KeyboardInterrupt):
        _run(PACKAGE)
    assert _files(Path("data/sentences")) == whole  # an earlier result stays until the new one is finished
    limit = 2
    _run(PACKAGE)
    assert [len(texts) for texts in read] == [4, 3]  # the first chunk was not encoded again
    assert _files(Path("data/sentences")) == whole


def test_without_a_sentence_teacher_nothing_is_stored(project: Path) -> None:
    """Students without sentence terms depend on one file, whose bytes are the same in any case."""
    assert set(_run(None).values()) == {0}
    files = _files(Path("data/sentences"))
    assert (files.keys(), files["none"]) == ({"none", CHECKSUMS}, sentences.NONE.encode())
