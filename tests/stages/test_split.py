import json
from pathlib import Path

import pyarrow as pa
import pytest

from stages import split
from tinypt.corpus.shards import SCHEMA, iter_texts, list_shards, shard_name, write_shard
from tinypt.errors import PipelineError

TEXTS = [f"Este é o texto número {index}, que fala de {index % 7} coisas." for index in range(300)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("seed: 13\nsplit: {test_share: 0.2}\n")
    _write(tmp_path, TEXTS)
    return tmp_path


def _write(folder: Path, texts: list[str]) -> None:
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    for shard in range(3):
        table = pa.Table.from_pylist(rows[shard::3], schema=SCHEMA)
        write_shard(folder / "data/clean" / shard_name(shard), [table])


def _sides(folder: Path) -> dict[str, list[str]]:
    return {side: list(iter_texts(folder / "data/split" / side)) for side in ("train", "test")}


def test_every_document_is_on_one_side_and_counted(project: Path) -> None:
    split.main()
    sides = _sides(project)
    assert sorted(sides["train"] + sides["test"]) == sorted(TEXTS)
    assert 0.1 < len(sides["test"]) / len(TEXTS) < 0.3
    metrics = json.loads((project / "metrics/split.json").read_text())
    for side, texts in sides.items():
        assert metrics[side] == {
            "documents": len(texts),
            "words": sum(len(text.split()) for text in texts),
            "bytes": sum(len(text.encode()) for text in texts),
        }
        assert len(list_shards(project / "data/split" / side)) == 3


def test_the_side_of_a_text_does_not_depend_on_its_place(project: Path) -> None:
    split.main()
    before = _sides(project)
    _write(project, TEXTS[::-1])
    split.main()
    assert {side: sorted(texts) for side, texts in _sides(project).items()} == {
        side: sorted(texts) for side, texts in before.items()
    }


def test_copies_that_cleaning_left_stay_together(project: Path) -> None:
    _write(project, [*TEXTS, *(text.upper().replace(" ", "  ") for text in TEXTS)])
    split.main()
    sides = {side: {text.lower().replace("  ", " ") for text in texts} for side, texts in _sides(project).items()}
    assert not sides["train"] & sides["test"]


def test_the_same_bytes_twice_and_others_for_another_seed(project: Path) -> None:
    split.main()
    first = {path: path.read_bytes() for path in (project / "data/split").rglob("*.parquet")}
    split.main()
    assert {path: path.read_bytes() for path in (project / "data/split").rglob("*.parquet")} == first
    (project / "params.yaml").write_text("seed: 14\nsplit: {test_share: 0.2}\n")
    split.main()
    assert {path: path.read_bytes() for path in (project / "data/split").rglob("*.parquet")} != first


def test_a_text_on_both_sides_fails_the_stage(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(project, [*TEXTS, *(text.upper() for text in TEXTS)])
    monkeypatch.setattr(split, "is_held_out", lambda text, *_: text.isupper())
    with pytest.raises(PipelineError, match=r"document \d+ is also in the test split"):
        split.main()
    assert not (project / "data/split").exists()


def test_a_side_without_documents_fails_the_stage(project: Path) -> None:
    _write(project, TEXTS[:3])
    (project / "params.yaml").write_text("seed: 13\nsplit: {test_share: 0.000001}\n")
    with pytest.raises(PipelineError, match="leaves no document for test"):
        split.main()
    assert not (project / "data/split").exists()
