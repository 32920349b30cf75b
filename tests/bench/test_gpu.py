"""The GPU's script runs to its end at toy size, and no failure ends it."""

import json
from pathlib import Path

import pytest
import torch

from bench import gpu
from bench.gpu import PARTS, SIZES, main, table


class Killed(Exception):
    pass


@torch._dynamo.config.patch(disable=True)
@pytest.mark.long
def test_every_part_runs_on_a_cpu_at_toy_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, to save ten starts: an exception stands for the kill, and nothing is compiled."""

    def start_here(folder: Path, name: str, size: str, device: str, limit: float) -> str | None:
        assert limit > 0
        try:
            gpu.work(folder, name, size, device)
        except Killed:
            return "killed"
        return None

    def kill(process: int, number: int) -> None:
        raise Killed

    monkeypatch.setattr("os.kill", kill)
    monkeypatch.setattr(gpu, "start", start_here)
    folder = tmp_path / "results"
    main([str(folder), "--device", "cpu", "--size", "toy"])
    parts = json.loads((folder / "results.json").read_text(encoding="utf-8"))["parts"]
    assert list(parts) == list(PARTS)
    assert all(row["masks_as_on_a_cpu"] for row in parts["sync"]["rows"])
    assert all(part["rows"] and part["error"] is None for part in parts.values())
    speeds = [row for name in ("live", "compiled", "stored") for row in parts[name]["rows"] if "mfu" in row]
    assert [row["blocks"] for row in speeds] == [8, 16, 8, 8, 8]
    assert all(row["tokens_per_second"] > 0 and 0 < row["mfu"] < 1 and 0 <= row["waits"] < 1 for row in speeds)
    (resumed,) = parts["resume"]["rows"]
    assert resumed["difference"] == 0
    assert 0 < resumed["killed_after_step"] < resumed["steps"] == SIZES["toy"].short
    (trained,) = parts["training"]["rows"]
    assert trained["steps"] >= gpu.WARM
    assert trained["tokens"] == trained["steps"] * 8 * 32
    lines = (folder / "results.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("|")]) == 2 + len(speeds)


def test_a_part_that_fails_or_takes_too_long_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that fails in place of the interpreter: its last line is kept."""
    program = tmp_path / "program"
    program.write_text(
        "#!/bin/sh\necho Traceback >&2\ntest $SLEEP || echo out of memory >&2\ntest $SLEEP && exec sleep $SLEEP\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    monkeypatch.setenv("SLEEP", "")
    assert gpu.start(tmp_path, "live", "toy", "cpu", 60) == "out of memory"
    monkeypatch.setenv("SLEEP", "60")
    assert gpu.start(tmp_path, "live", "toy", "cpu", 0.2) == "did not end within 0 s"
    outcomes = {"live": {"error": "too slow", "rows": [{"kept": 1}]}, "sync": {"error": None, "rows": [{"a": 0.5}]}}
    assert table(outcomes)[-3:] == ["- live: kept 1", "- live: **failed**: too slow", "- sync: a 0.5"]


def test_the_limits_of_all_parts_are_at_most_nine_minutes() -> None:
    assert sum(part.limit for part in PARTS.values()) <= 540
