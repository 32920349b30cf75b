"""Tokenizing shard by shard gives the blocks of the undivided text, whatever happens on the way."""

from pathlib import Path

import pyarrow as pa
import pytest
from transformers import PreTrainedTokenizerBase

from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.tokens import shards
from tinypt.tokens.blocks import write_blocks
from tinypt.tokens.pairs import write_pairs
from tinypt.tokens.shards import write_split

Tokenizers = tuple[PreTrainedTokenizerBase, PreTrainedTokenizerBase | None]
SHARDS = 4
ODD = ["", "\u0301x \ufffd\u200d y", "[SEP] [CLS]", "ababababababab" * 9]  # nothing, nothing aligned, special, too long


@pytest.fixture(params=["teacher", "base"])
def tokenizers(
    request: pytest.FixtureRequest, cased: PreTrainedTokenizerBase, uncased: PreTrainedTokenizerBase
) -> Tokenizers:
    return cased, uncased if request.param == "base" else None


@pytest.fixture
def documents(tmp_path: Path, texts: list[str]) -> Path:
    """Documents in shards, the last of which is empty."""
    cut = [*texts[:40], ODD[0]], [*ODD[1:], *texts[:7]], texts[:30], []
    for index, part in enumerate(cut):
        rows = [{"doc_id": "", "title": "", "uri": "", "text": text} for text in part]
        write_shard(tmp_path / "split" / shard_name(index), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    return tmp_path / "split"


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def undivided(tmp_path: Path, documents: Path, tokenizers: Tokenizers) -> dict[str, bytes]:
    """The files of the same documents, tokenized as one stream."""
    folder, (teacher, base) = tmp_path / "undivided", tokenizers
    folder.mkdir()
    texts = [text for shard in sorted(documents.glob("*.parquet")) for text in shards._texts(shard)]
    if base is None:
        write_blocks(texts, teacher, 24, folder)
    else:
        write_pairs(texts, base, teacher, 24, folder)
    return _files(folder)


def _run(tmp_path: Path, name: str, tokenizers: Tokenizers, workers: int = 1) -> dict[str, bytes]:
    folder = tmp_path / "out" / name
    folder.mkdir(parents=True)
    write_split(tmp_path / "split", folder, tmp_path / "work", 24, *tokenizers, workers)
    return _files(folder)


def test_finished_work_is_used(tmp_path: Path, tokenizers: Tokenizers, undivided: dict[str, bytes]) -> None:
    assert _run(tmp_path, "first", tokenizers) == undivided
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
    assert _run(tmp_path, "again", tokenizers) == undivided
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()} == before


@pytest.mark.parametrize("tokenizers", ["base"], indirect=True)  # a new process imports much
def test_blocks_do_not_depend_on_the_number_of_workers(
    tmp_path: Path, tokenizers: Tokenizers, undivided: dict[str, bytes]
) -> None:
    assert _run(tmp_path, "two", tokenizers, workers=2) == undivided


def test_a_killed_run_resumes_after_its_finished_shards(
    tmp_path: Path, tokenizers: Tokenizers, undivided: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = shards._write, []

    def die_at_the_third(path: Path, *arguments: object) -> int:
        calls.append(path.stem)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(path, *arguments)

    monkeypatch.setattr(shards, "_write", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path, "killed", tokenizers)
    assert _run(tmp_path, "resumed", tokenizers) == undivided
    assert calls == ["shard-00000", "shard-00001", "shard-00002", "shard-00002", "shard-00003"]


def test_damaged_unfinished_work_is_named_and_done_again(
    tmp_path: Path, tokenizers: Tokenizers, undivided: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    _run(tmp_path, "first", tokenizers)
    path = tmp_path / "work/shard-00001.arrow"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert _run(tmp_path, "second", tokenizers) == undivided
    assert "shard-00001.arrow: unfinished work, damaged" in caplog.text
