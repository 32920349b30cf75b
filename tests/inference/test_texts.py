import json
from pathlib import Path

import numpy as np
import pytest

from tinypt.inference.texts import read_texts, write_vectors
from tinypt.runtime.errors import PipelineError


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.txt", "maçã\n\nem dois\r\nfim".encode(), ["maçã", "", "em dois", "fim"]),
        ("a.txt", "\ufeffmaçã\n".encode(), ["maçã"]),
        ("a.txt", "um\u2028só\n".encode(), ["um\u2028só"]),
        ("a.jsonl", '"maçã"\n{"id": 1, "text": "com\\nlinha"}\n'.encode(), ["maçã", "com\nlinha"]),
    ],
)
def test_a_line_is_a_text(tmp_path: Path, name: str, content: bytes, texts: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    assert list(read_texts(tmp_path / name)) == texts


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "a.txt: is empty; write one text per line"),
        ("a.txt", "um\nmaçã\n".encode("latin-1"), "a.txt: line 2 is not UTF-8; convert the file, .* iconv -f latin1"),
        ("a.jsonl", b'"um"\nnada\n', "a.jsonl: line 2 is not JSON; write "),
        ("a.jsonl", b'{"texto": "um"}\n', "a.jsonl: line 1 has no text; write "),
        ("a.jsonl", b"3\n", "a.jsonl: line 1 has no text"),
    ],
)
def test_an_unusable_line_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PipelineError, match=message) as raised:
        list(read_texts(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"none.txt: no such file"):
        list(read_texts(tmp_path / "none.txt"))


@pytest.mark.parametrize("rows", [(1,), (999, 2), (1000,) * 3])
def test_vectors_can_be_read_back(tmp_path: Path, rows: tuple[int, ...]) -> None:
    vectors = np.random.default_rng(0).normal(size=(sum(rows), 3)).astype(np.float32)
    for name in ("a.npy", "a.jsonl"):
        write_vectors(iter(np.split(vectors, np.cumsum(rows)[:-1])), tmp_path / name)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy", mmap_mode="r"), vectors)
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    np.testing.assert_allclose(lines, vectors, rtol=1e-5)


def test_an_ending_without_a_format_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"a.csv: must end in .npy or .jsonl"):
        write_vectors(iter([]), tmp_path / "a.csv")

    def broken() -> object:
        yield np.zeros((2, 3), np.float32)
        raise PipelineError("stop")

    with pytest.raises(PipelineError, match="stop"):
        write_vectors(broken(), tmp_path / "a.npy")
    assert list(tmp_path.iterdir()) == []
