import hashlib
import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages import split
from tests.conftest import seal
from tinypt.corpus.shards import SCHEMA, iter_texts, list_shards, shard_name, write_shard
from tinypt.runtime.errors import PipelineError
from tinypt.selection.select import DECISIONS

TEXTS = [f"Este é o texto número {index}, que fala de {index % 7} coisas." for index in range(300)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(_params(13, 0.2))
    _write(tmp_path, TEXTS)
    return tmp_path


def _params(seed: int, share: float, max_contamination: float = 0.0) -> str:
    options = f"{{test_share: {share:.6f}, near_duplicates: 0.75, max_contamination: {max_contamination}}}"
    return f"seed: {seed}\nsplit: {options}\n"


def _write(folder: Path, texts: list[str], reasons: dict[str, str] = {}) -> None:  # noqa: B006
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    for shard in range(3):
        part = rows[shard::3]
        write_shard(folder / "data/clean" / shard_name(shard), [pa.Table.from_pylist(part, schema=SCHEMA)])
        decisions = [
            {"reason": reasons.get(row["text"]), "cluster": 0, "cluster_size": 1, "cluster_hash": _hash(row["text"])}
            for row in part
        ]
        write_shard(folder / "data/select" / shard_name(shard), [pa.Table.from_pylist(decisions, schema=DECISIONS)])
    seal(folder / "data/clean", folder / "data/select")


def _hash(text: str) -> bytes:
    return hashlib.md5(text.lower().encode()).digest()


def _sides(folder: Path) -> dict[str, list[str]]:
    return {side: list(iter_texts(folder / "data/split" / side)) for side in ("train", "test")}


def test_every_document_is_on_one_side_and_counted(project: Path) -> None:
    split.main()
    sides = _sides(project)
    assert sorted(sides["train"] + sides["test"]) == sorted(TEXTS)
    assert 0.1 < len(sides["test"]) / len(TEXTS) < 0.3
    metrics = json.loads((project / "metrics/split.json").read_text())
    assert metrics["contamination"] == {"exact": 0, "near": 0}
    for side, texts in sides.items():
        assert metrics[side] == {
            "documents": len(texts),
            "words": sum(len(text.split()) for text in texts),
            "bytes": sum(len(text.encode()) for text in texts),
        }
        assert len(list_shards(project / "data/split" / side)) == 3


def test_the_side_of_a_text_does_not_depend_on_its_position(project: Path) -> None:
    split.main()
    before = _sides(project)
    _write(project, TEXTS[::-1])
    split.main()
    assert {side: sorted(texts) for side, texts in _sides(project).items()} == {
        side: sorted(texts) for side, texts in before.items()
    }


def test_dropped_documents_are_on_neither_side(project: Path) -> None:
    _write(project, TEXTS, dict.fromkeys(TEXTS[::3], "too_short"))
    split.main()
    sides = _sides(project)
    assert sorted(sides["train"] + sides["test"]) == sorted(set(TEXTS) - set(TEXTS[::3]))


def test_documents_of_one_cluster_stay_together(project: Path) -> None:
    _write(project, [*TEXTS, *(text.upper() for text in TEXTS)])
    split.main()
    sides = {side: {text.lower() for text in texts} for side, texts in _sides(project).items()}
    assert not sides["train"] & sides["test"]


def test_a_second_run_writes_the_same_bytes_and_another_seed_others(project: Path) -> None:
    split.main()
    first = {path: path.read_bytes() for path in (project / "data/split").rglob("*.parquet")}
    split.main()
    assert {path: path.read_bytes() for path in (project / "data/split").rglob("*.parquet")} == first
    (project / "params.yaml").write_text(_params(14, 0.2))
    split.main()
    assert {path: path.read_bytes() for path in (project / "data/split").rglob("*.parquet")} != first


def test_decisions_on_other_documents_fail_the_stage(project: Path) -> None:
    shard = project / "data/select" / shard_name(1)
    write_shard(shard, [pq.read_table(shard).slice(1)])
    with pytest.raises(PipelineError, match=r"shard-00001\.parquet: 99 decisions on 100 documents"):
        split.main()
    assert not (project / "data/split").exists()


@pytest.mark.parametrize(
    ("share", "message"), [(1.0e-6, "for test; raise it, or add documents"), (0.999999, "for train; lower it, or")]
)
def test_a_side_without_documents_fails_the_stage(project: Path, share: float, message: str) -> None:
    _write(project, TEXTS[:3])
    (project / "params.yaml").write_text(_params(13, share))
    with pytest.raises(PipelineError, match=rf"of [\d,]+ selected documents leaves no document {message}"):
        split.main()
    assert not (project / "data/split").exists()


def _long(seed: int) -> str:
    random = Random(seed)
    return " ".join(f"palavra{random.randrange(500)}" for _ in range(200))


def _divided(folder: Path, texts: list[str]) -> None:
    """Writes documents whose decisions hide duplicates: each has its own cluster."""
    _write(folder, texts)
    for shard in list_shards(folder / "data/select"):
        table = pq.read_table(shard)
        own = [_hash(f"{shard.name} {row}") for row in range(len(table))]
        place = table.schema.get_field_index("cluster_hash")
        write_shard(shard, [table.set_column(place, DECISIONS.field(place), pa.array(own, pa.binary(16)))])


def test_a_copy_on_the_other_side_fails_the_stage(project: Path) -> None:
    texts = [_long(seed) for seed in range(30)]
    _divided(project, [*texts, *(text.upper() for text in texts)])
    with pytest.raises(
        PipelineError, match=r"^data/select: \d+ of \d+ held-out documents are also in the training split"
    ):
        split.main()
    assert not (project / "data/split").exists()
    assert not (project / "metrics").exists()


def test_near_duplicates_on_the_other_side_fail_the_stage_above_a_limit(project: Path) -> None:
    texts = [_long(seed) for seed in range(30)]
    _divided(project, [*texts, *(f"{text} com um fim diferente" for text in texts)])
    with pytest.raises(
        PipelineError, match=r"^split.max_contamination: \d+ of \d+ held-out documents are near duplicates .* 0\.75"
    ):
        split.main()
    (project / "params.yaml").write_text(_params(13, 0.2, max_contamination=0.99))
    split.main()
    sides = {side: {text[:500] for text in texts} for side, texts in _sides(project).items()}
    metrics = json.loads((project / "metrics/split.json").read_text())
    assert metrics["contamination"] == {"exact": 0, "near": len(sides["train"] & sides["test"])}
    assert metrics["contamination"]["near"] > 0
