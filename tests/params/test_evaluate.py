from pathlib import Path

import pytest

from tinypt.errors import PipelineError
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load

GOOD = {
    "mlm_blocks": "100",
    "sentences": "50",
    "max_length": "64",
    "finetune": "{learning_rate: 1.0e-3, epochs: 2, batch_size: 16, seeds: [1, 2]}",
}


def read(tmp_path: Path, **changes: str) -> Evaluate:
    path = tmp_path / "params.yaml"
    lines = "".join(f"  {key}: {value}\n" for key, value in (GOOD | changes).items())
    path.write_text(f"evaluate:\n{lines}", encoding="utf-8")
    return load("evaluate", Evaluate, path)


def test_a_good_section_is_read(tmp_path: Path) -> None:
    options = read(tmp_path)
    assert options.finetune.seeds == (1, 2)
    assert options.max_length == 64


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("mlm_blocks", "0", "evaluate.mlm_blocks: must be greater than 0"),
        ("max_length", "513", "evaluate.max_length: must be from 8 to 512"),
        (
            "finetune",
            "{learning_rate: -1.0, epochs: 2, batch_size: 16, seeds: [1]}",
            "evaluate.finetune.learning_rate: must be greater than 0",
        ),
        (
            "finetune",
            "{learning_rate: 1.0e-3, epochs: 2, batch_size: 16, seeds: []}",
            "evaluate.finetune.seeds: must hold at least one",
        ),
        (
            "finetune",
            "{learning_rate: 1.0e-3, epochs: 2, batch_size: 16, seeds: [1, 1]}",
            "evaluate.finetune.seeds: must be different",
        ),
    ],
)
def test_mistakes_are_named(tmp_path: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        read(tmp_path, **{key: value})
