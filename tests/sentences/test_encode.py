import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tinypt.executors import LOCAL
from tinypt.params.sentences import PackageEncoder, Sentences
from tinypt.sentences import encode
from tinypt.sentences.choose import Choice
from tinypt.sentences.encode import write_store
from tinypt.sentences.store import open_store

USE = PackageEncoder("package", "use_multilingual")
OPTIONS = Sentences(5, 1, 9, {"a": 3})
CHOICE = Choice([f"Frase {number}." for number in range(10)], np.array([7, 0, 9, 3, 0, 5, 8, 1, 0, 2, 6, 4]), {})


class Letters:
    """An encoder for tests: counts of code points; it refuses the texts with `refused` in them."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.refused = "nothing"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any(self.refused in text for text in texts):
            raise KeyboardInterrupt
        self.read += texts
        return np.array([np.bincount(np.frombuffer(text.encode(), np.uint8), minlength=128) for text in texts])


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    encoder = Letters()
    monkeypatch.setattr(encode, "_load_once", lambda options: encoder)
    monkeypatch.setattr(encode, "CHUNK", 4)
    return encoder


def _write(folder: Path, name: str = "stored") -> dict[str, int]:
    return write_store(CHOICE, USE, OPTIONS, folder / name, folder / "work", 1, LOCAL)


def test_texts_are_encoded_once_and_stored_in_the_order_of_the_rows(tmp_path: Path, letters: Letters) -> None:
    sizes = _write(tmp_path)
    store = open_store(tmp_path / "stored")
    assert list(store.texts) == [CHOICE.texts[row] for row in CHOICE.rows]
    expected = Letters().encode(store.texts).astype(np.float64)
    expected -= expected.mean(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert store.vectors == pytest.approx(expected, abs=1e-3)
    assert letters.read == CHOICE.texts
    size = sum(file.stat().st_size for file in (tmp_path / "stored").iterdir())
    assert sizes == {"sentences": 12, "width": 128, "bytes": size}
    about = json.loads((tmp_path / "stored/options.json").read_text(encoding="utf-8"))
    assert about["sentence_teacher"] == {"source": "package", "name": "use_multilingual"}
    assert about["sentences"]["tasks"] == {"a": 3}


def test_a_killed_run_resumes_after_its_last_chunk(tmp_path: Path, letters: Letters) -> None:
    letters.refused = "6"
    with pytest.raises(KeyboardInterrupt):
        _write(tmp_path)
    assert letters.read == CHOICE.texts[:4]
    letters.refused = "nothing"
    _write(tmp_path)
    assert letters.read == CHOICE.texts  # the first chunk was not encoded again
    whole = tmp_path / "whole"
    whole.mkdir()
    _write(whole)
    vectors = tmp_path / "work/shard-00001.npy"  # damaged unfinished work is not used
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    shutil.rmtree(tmp_path / "stored")
    _write(tmp_path)
    for file in (whole / "stored").iterdir():
        assert file.read_bytes() == (tmp_path / "stored" / file.name).read_bytes()
