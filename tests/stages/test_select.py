import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from stages import clean, select
from tests.conftest import sample_params, seal
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.runtime.errors import PipelineError

GOOD = "O menino que não quis ir à escola ficou em casa com a avó e o avô, e foi muito bom para todos eles, disse."
SELECT = """select:
  rules:
    too_short: {statistic: words, min: %d, max: null}
  near_duplicates: 0.75
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the clean stage has run."""
    monkeypatch.chdir(tmp_path)
    _params(tmp_path, 10)
    rows = [
        {"doc_id": str(index), "title": "", "uri": "", "text": text}
        for index, text in enumerate([GOOD, GOOD.upper(), "Muito curto."])
    ]
    write_shard(tmp_path / "data/raw" / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    seal(tmp_path / "data/raw")
    clean.main()
    by_path = [{"path": "long.jsonl", "documents": 2}, {"path": "short", "documents": 1}]
    (tmp_path / "metrics/download.json").write_text(json.dumps({"documents": 3, "by_path": by_path}))
    return tmp_path


def _params(folder: Path, least: int) -> None:
    (folder / "params.yaml").write_text(yaml.safe_dump({"clean": sample_params()["clean"]}) + SELECT % least)


def test_decisions_examples_and_metrics_are_written(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    select.main()
    (warning,) = caplog.messages
    assert warning.startswith("select: all 1 documents of short are dropped, most by too_short")
    table = pq.read_table(project / "data/select" / shard_name(0))
    assert table.column("reason").to_pylist() == [None, "exact_duplicate", "too_short"]
    examples = (project / "data/select/examples.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["rule"] for line in examples] == ["too_short", "exact_duplicate"]
    metrics = json.loads((project / "metrics/select.json").read_text())
    assert (metrics["documents_in"], metrics["documents_out"]) == (3, 1)
    assert metrics["words_out"] == len(GOOD.split())
    assert (project / "metrics/funnel.csv").read_text().splitlines()[1].startswith("too_short,1,")


@pytest.mark.long
def test_ray_decides_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="ray is not installed (pip install -r requirements-engines.txt)")
    select.main()
    files = sorted(path for folder in ("data/select", "metrics") for path in (project / folder).iterdir())
    before = {path: path.read_bytes() for path in files}
    shutil.rmtree(project / "data/select")
    monkeypatch.setenv("TINYPT_EXECUTOR", "ray")
    monkeypatch.setenv("TINYPT_WORKERS", "2")
    select.main()
    assert {path: path.read_bytes() for path in files} == before
    assert not list((project / ".cache/select").iterdir())


def test_a_threshold_changes_without_cleaning_again(project: Path) -> None:
    select.main()
    before = {path: path.read_bytes() for path in (project / "data/measures").iterdir()}
    _params(project, 1)
    select.main()
    table = pq.read_table(project / "data/select" / shard_name(0))
    assert table.column("reason").to_pylist() == [None, "exact_duplicate", None]
    assert {path: path.read_bytes() for path in (project / "data/measures").iterdir()} == before


def test_an_empty_result_is_an_error(project: Path) -> None:
    _params(project, 10_000)
    with pytest.raises(PipelineError, match="no document is left; too_short drops most of them"):
        select.main()
    assert not (project / "data/select").exists()
