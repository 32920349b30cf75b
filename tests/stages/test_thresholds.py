from pathlib import Path

import pyarrow as pa
import pytest

from stages import thresholds
from tests.cleaning.conftest import RULES
from tests.conftest import seal
from tests.stages.test_select import GOOD, SELECT
from tinypt.cleaning.clean import clean_corpus
from tinypt.corpus.shards import SCHEMA, shard_name, write_shard
from tinypt.runtime.errors import PipelineError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SELECT % 10)
    texts = [f"{GOOD} {' '.join(['mais'] * number)}" for number in range(20)]
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    write_shard(tmp_path / "data/raw" / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    seal(tmp_path / "data/raw")
    clean_corpus(tmp_path / "data/raw", tmp_path / "data", RULES, 1)
    seal(tmp_path / "data/clean", tmp_path / "data/measures")
    return tmp_path


def test_the_proposal_is_yaml_with_shares(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thresholds.main("0.25")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# Current: the rules drop 0.00% of 20 documents"
    assert lines[2] == "# Proposed: the rules drop 25.00% of 20 documents"
    least = len(GOOD.split()) + 5
    assert lines[3].split("  #")[0].rstrip() == f"    too_short: {{statistic: words, min: {least}, max: null}}"
    assert lines[3].endswith("# 25.00% separately")


@pytest.mark.parametrize("share", ["eight", "8", "-0.1", "nan"])
def test_a_value_outside_0_to_1_is_refused(project: Path, share: str) -> None:
    with pytest.raises(PipelineError, match=f"{share}: must be the share"):
        thresholds.main(share)
