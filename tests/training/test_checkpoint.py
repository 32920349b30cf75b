from pathlib import Path

import torch

from tinypt.training.checkpoint import load_checkpoint, save_checkpoint


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "deep/checkpoint.pt"
    assert load_checkpoint(path, torch.device("cpu")) is None
    save_checkpoint(path, {"step": 3, "weights": {"w": torch.arange(3)}, "rows": [{"loss": 1.5}]})
    state = load_checkpoint(path, torch.device("cpu"))
    assert state is not None
    assert (state["step"], state["rows"]) == (3, [{"loss": 1.5}])
    assert torch.equal(state["weights"]["w"], torch.arange(3))
    assert [file.name for file in path.parent.iterdir()] == ["checkpoint.pt"]
