"""The timed calls compute the right results. The times themselves depend on the machine and are not tested."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.families import POSITIONS, publish
from tinypt.evaluation import efficiency
from tinypt.evaluation.efficiency import Candidate, encoder, fill_mask, machine, measure, onnx_encoder, size
from tinypt.evaluation.model import EvaluatedModel, load_evaluated
from tinypt.modeling.load import save_model
from tinypt.release.onnx import export_onnx
from tinypt.runtime.errors import PipelineError

IDS = np.random.default_rng(0).integers(5, 100, size=(3, 16))


def test_fill_mask_is_the_most_probable_piece_at_one_position(evaluated: EvaluatedModel) -> None:
    with torch.no_grad():
        logits = evaluated.model(input_ids=torch.from_numpy(IDS)).logits
    assert fill_mask(evaluated).call(IDS).tolist() == logits[:, 1].argmax(dim=1).tolist()


def test_every_encoder_gives_the_same_states(evaluated: EvaluatedModel, tmp_path: Path) -> None:
    evaluated.model.config.save_pretrained(tmp_path)
    export_onnx(evaluated.model, tmp_path / "onnx")
    with torch.no_grad():
        states = encoder(evaluated).call(IDS).numpy()
    exact = onnx_encoder(evaluated, tmp_path / "onnx/model.onnx").call(IDS)
    rounded = onnx_encoder(evaluated, tmp_path / "onnx/model_quantized.onnx").call(IDS)
    assert len(exact) == len(rounded) == 1  # no logits
    assert np.allclose(exact[0], states, atol=1e-4)
    assert 0 < np.abs(rounded[0] - states).max() < 0.5


def test_a_missing_graph_is_named(evaluated: EvaluatedModel, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"onnx: no such file; run `dvc repro export@teacher`"):
        onnx_encoder(evaluated, tmp_path / "model.onnx")


def test_candidates_take_turns_and_get_only_texts_within_their_positions() -> None:
    calls = []

    def candidate(name: str, positions: int) -> Candidate:
        return Candidate(name, 100, positions, lambda ids: calls.append((name, ids.shape)))

    found = measure([candidate("long", 512), candidate("short", 64)], seed=1)
    assert list(found["long"]) == ["32", "128"]
    assert list(found["short"]) == ["32"]
    assert set(found["long"]["32"]) == {"p50_ms", "p95_ms", "texts_per_s"}
    assert all(0 < numbers["p50_ms"] <= numbers["p95_ms"] for numbers in found["long"].values())
    turns = [calls[turn : turn + 2] for turn in range(0, 2 * (efficiency.WARM + efficiency.SINGLE), 2)]
    assert all(sorted(turn) == [("long", (1, 32)), ("short", (1, 32))] for turn in turns)
    assert len({tuple(turn) for turn in turns}) == 2  # the order varies
    assert {shape for name, shape in calls if name == "short"} == {(1, 32), (efficiency.BATCH, 32)}


def test_the_longest_text_of_a_model_that_counts_positions_from_its_padding(tmp_path: Path, texts: list[str]) -> None:
    publish("roberta", tmp_path, texts)
    candidate = fill_mask(load_evaluated("teacher", tmp_path, 128))
    assert candidate.positions == POSITIONS
    assert candidate.call(np.full((1, POSITIONS), 7)).shape == (1,)


def test_percentiles_and_rates_are_computed_from_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock advances by 1 ms in each call, and by 21 ms in every tenth."""
    now, calls = 0.0, 0

    def clock() -> float:
        return now

    def call(ids: np.ndarray) -> None:
        nonlocal now, calls
        calls += 1
        now += 0.021 if calls % 10 == 0 else 0.001

    monkeypatch.setattr("tinypt.evaluation.efficiency.time.perf_counter", clock)
    numbers = measure([Candidate("one", 100, 32, call)], seed=1)["one"]["32"]
    assert numbers["p50_ms"] == pytest.approx(1.0)
    assert numbers["p95_ms"] == pytest.approx(21.0)
    assert numbers["texts_per_s"] == pytest.approx(efficiency.BATCH / 0.001)


def test_parameters_and_bytes_match_the_weights_file(evaluated: EvaluatedModel, tmp_path: Path) -> None:
    save_model(evaluated.model, evaluated.tokenizer, tmp_path / "model")
    found = size(evaluated, tmp_path / "model")
    weights = {id(weight): weight.numel() for weight in evaluated.model.parameters()}
    assert found["parameters"] == sum(weights.values())
    assert found["bytes"] == (tmp_path / "model/model.safetensors").stat().st_size
    assert 4 * found["parameters"] < found["bytes"] < 4 * found["parameters"] + 10_000


def test_the_machine_names_the_versions() -> None:
    assert f"torch {torch.__version__}" in machine()
