import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from stages import tokenize
from tests.conftest import seal
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.runtime.errors import PipelineError


@pytest.fixture
def project(tokenized: Path, texts: list[str]) -> Path:
    """A project folder as far as `split`, with the models."""
    shutil.rmtree(tokenized / "data/tokens")
    (tokenized / "params.yaml").write_text(yaml.safe_dump({"tokenize": {"length": 24}}))
    for split in ("train", "test"):
        rows = [{"doc_id": "", "title": "", "uri": "", "text": text} for text in texts[:20]]
        write_shard(Path("data/split") / split / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    seal(Path("data/split"))
    return tokenized


@pytest.mark.parametrize("name", ["teacher", "base"])
def test_both_splits_and_metrics_are_written_and_no_work_is_left(project: Path, name: str) -> None:
    tokenize.main(name)
    files = sorted(str(path.relative_to(project / "data/tokens")) for path in (project / "data/tokens").rglob("*.*"))
    blocks = [f"{name}/{split}/{file}" for split in ("test", "train") for file in ("blocks.npy", "pieces.json")]
    assert files == [f"{name}/checksums.xxh3", *blocks]
    metrics = json.loads((project / f"metrics/tokenize/{name}.json").read_text())
    assert metrics["train"]["documents"] == metrics["test"]["documents"] == 20
    assert not list((project / ".cache/tokenize").iterdir())


def test_unfinished_work_of_other_documents_is_not_used(
    project: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tokenize, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tokenize.main("teacher")
    rows = [{"doc_id": "", "title": "", "uri": "", "text": text} for text in texts[:30]]
    shutil.rmtree("data/split/train")
    write_shard(Path("data/split/train") / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    seal(Path("data/split"))
    tokenize.main("teacher")
    assert json.loads((project / "metrics/tokenize/teacher.json").read_text())["train"]["documents"] == 30


def test_a_missing_split_is_an_error(project: Path) -> None:
    shutil.rmtree("data/split")
    with pytest.raises(PipelineError, match="data/split: no such file or folder"):
        tokenize.main("teacher")
