from pathlib import Path

import numpy as np
import pytest

from tinypt.runtime.errors import PipelineError
from tinypt.sentences.store import TEXTS, VECTORS, open_store, write_texts

SENTENCES = ["Uma frase.", "Outra frase,\ncom duas linhas.", "Uma frase."]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    vectors = write_texts(SENTENCES, {"about": 1}, 4, tmp_path / "stored")
    vectors[:] = np.eye(3, 4)
    vectors.flush()
    return tmp_path / "stored"


def test_a_store_keeps_texts_and_vectors_in_order(store: Path) -> None:
    opened = open_store(store)
    assert len(opened) == 3
    assert list(opened.texts) == SENTENCES
    assert isinstance(opened.vectors, np.memmap)
    assert opened.vectors.dtype == np.float16
    assert np.array_equal(opened.vectors, np.eye(3, 4))


def test_a_missing_store_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"stored: no stored sentences; set sentence_teacher .* repro sentences"):
        open_store(tmp_path / "stored")


@pytest.mark.parametrize("name", [TEXTS, VECTORS])
@pytest.mark.parametrize("damage", ["cut", "empty", "missing", "foreign"])
def test_a_damaged_store_is_refused(store: Path, name: str, damage: str) -> None:
    path = store / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"cut": content[:-8], "empty": b"", "foreign": b"not a store" * 9}[damage])
    with pytest.raises(PipelineError, match=r"^\S+stored: damaged \(.*run the stage sentences .* again$"):
        open_store(store)


@pytest.mark.parametrize("vectors", [np.zeros((2, 4), np.float16), np.zeros((3, 4)), np.zeros(3, np.float16)])
def test_vectors_that_do_not_fit_the_texts_are_refused(store: Path, vectors: np.ndarray) -> None:
    np.save(store / VECTORS, vectors)
    with pytest.raises(PipelineError, match=r"damaged \(.* vectors for 3 texts, not float16 \[texts, width\]\)"):
        open_store(store)
