"""The cost of 8-bit weights."""

import json
from pathlib import Path

import pytest
import yaml
from transformers import PreTrainedTokenizerBase

from bench.int8 import main
from tests.conftest import seal
from tinypt.evaluation.tasks.table import Split, TaskData, write_task
from tinypt.tokens.blocks import write_blocks


def test_it_compares_tasks_and_masked_pieces(
    release: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cased: PreTrainedTokenizerBase,
    texts: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump({"seed": 3}), encoding="utf-8")
    Path("tokens/test").mkdir(parents=True)
    write_blocks(texts, cased, 24, Path("tokens/test"))
    first, second = texts[:6] * 2, texts[:6] + texts[1:6] + texts[:1]
    labels = [5.0] * 6 + [1.0] * 6
    splits = [Split([f"{part}-{row}" for row in range(12)], first, second, labels) for part in ("train", "test")]
    write_task(TaskData(*splits), Path("data/tasks/similarity"))
    seal(Path("data/tasks"))
    main(str(release), "tokens")
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])
    task, loss, accuracy, common = found
    assert (task, loss) == ("similarity, pearson", "masked pieces, loss")
    assert found[task]["int8"] == pytest.approx(found[task]["fp32"], abs=0.05)
    assert found[loss]["int8"] == pytest.approx(found[loss]["fp32"], rel=0.02)
    assert 0 <= found[accuracy]["int8"] <= 1
    assert 0.9 < found[common]["int8"] <= 1
    assert len(lines) == 2 + len(found) + 1
