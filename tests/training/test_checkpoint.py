from collections.abc import Callable
from pathlib import Path

import pytest
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


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda content, at=at: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in (3, 150, -2000)),
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: bytes(len(content)),
    ],
)
def test_a_damaged_checkpoint_is_named_and_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"step": 3, "weights": torch.arange(4000)})
    path.write_bytes(damage(path.read_bytes()))
    assert load_checkpoint(path, torch.device("cpu")) is None
    assert caplog.messages[0].startswith(f"{path}: checkpoint not used")


def test_a_checkpoint_of_another_run_is_named_and_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, other = tmp_path / "total-1/checkpoint.pt", tmp_path / "total-2/checkpoint.pt"
    save_checkpoint(one, {"step": 3})
    other.parent.mkdir()
    other.write_bytes(one.read_bytes())
    assert load_checkpoint(other, torch.device("cpu")) is None
    torch.save({"step": 3}, other)
    assert load_checkpoint(other, torch.device("cpu")) is None
    assert [message.split(";")[0] for message in caplog.messages] == [
        f"{other}: checkpoint not used (of another run)"
    ] * 2


def test_no_flipped_byte_of_a_checkpoint_changes_what_is_read(tmp_path: Path) -> None:
    """A flip is noticed, or lies in padding."""
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"step": 3, "weights": torch.arange(40)})
    content = path.read_bytes()
    for at in range(0, len(content), 13):
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        state = load_checkpoint(path, torch.device("cpu"))
        assert state is None or (state["step"] == 3 and torch.equal(state["weights"], torch.arange(40))), at
