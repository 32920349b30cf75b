"""The benchmark of the loop: its count of operations agrees with PyTorch's, and every row runs on a small scale."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from bench import distillation
from bench.distillation import BASE, LENGTH, MASKED, ROWS, STEP, TINY, VOCABULARY, step_flops


def _forward_flops(shape: tuple[int, int, int, int]) -> float:
    """Operations for each token, counted by PyTorch: the encoder at every position, the head at masked ones."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        model = distillation._bert(shape)
        model.set_attn_implementation("eager")
        states = model.bert(torch.zeros(10, LENGTH, dtype=torch.long)).last_hidden_state
        model.cls(states.flatten(0, 1)[: int(10 * LENGTH * MASKED)])
    return counter.get_total_flops() / (10 * LENGTH)


def test_the_operations_of_a_step_agree_with_pytorchs_count() -> None:
    student = 3 * _forward_flops(TINY)
    assert step_flops(live=False) == pytest.approx(student, rel=1e-3)
    maps = 3 * 2 * TINY[1] * BASE[1]
    assert step_flops(live=True) == pytest.approx(_forward_flops(BASE) + student + maps, rel=1e-3)


def test_the_last_line_compares_the_fastest_row_of_each_loop() -> None:
    rates = {"Trainer, fp32": 1.0, "Trainer, bf16": 4.0, "ours, fp32": 3.0, "ours, bf16": 10.0, "cached, fp32": 80.0}
    found = {name: {"rate": rate, "mfu": rate / 100} for name, rate in rates.items()}
    assert distillation._summary(found) == {
        "tokens_per_s": 10.0,
        "trainer_tokens_per_s": 4.0,
        "ratio": 2.5,
        "mfu": 0.1,
        "cached_ratio": 20.0,
    }
    alone = distillation._summary({"ours, fp32": {"rate": 3.0, "mfu": 0.5}})
    assert (alone["tokens_per_s"], alone["ratio"], alone["cached_ratio"]) == (3.0, None, None)


@pytest.mark.parametrize("name", ["ours, fp32", "cached, bf16", "Trainer, bf16", "TextBrewer, fp32"])
@pytest.mark.long
def test_a_row_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"trainer": "accelerate", "textbrewer": "textbrewer"}.get(ROWS[name].loop)
    if needed and not importlib.util.find_spec(needed):
        pytest.skip(f"{needed} is not installed")
    for constant, value in {"BASE": (2, 32, 2, 64), "VOCABULARY": 5000, "DOCUMENTS": 150, "STEP": {"cpu": 8}}.items():
        monkeypatch.setattr(distillation, constant, value)
    distillation._prepare(tmp_path, None, None)
    if ROWS[name].loop == "cached":
        distillation._cache(tmp_path, torch.device("cpu"))
    run = distillation._run(replace(ROWS[name], batch_size={"cpu": 4}), tmp_path, "cpu", seconds=0.1)
    assert run["rate"] > 0
    assert 0 <= run["waits"] < 1


def test_every_row_has_the_same_step() -> None:
    for row in ROWS.values():
        for device, blocks in row.batch_size.items():
            assert STEP[device] % blocks == 0
    assert VOCABULARY < 2**16
