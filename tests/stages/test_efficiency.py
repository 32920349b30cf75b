import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from stages import efficiency
from tests.conftest import seal
from tinypt.files import write_json
from tinypt.modeling.load import save_model
from tinypt.runtime.errors import PipelineError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    teacher: BertForMaskedLM,
    base: BertForMaskedLM,
    cased: PreTrainedTokenizerBase,
    uncased: PreTrainedTokenizerBase,
) -> Path:
    """Three reference models, and one student with its release."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tinypt.evaluation.efficiency.SINGLE", 2)
    monkeypatch.setattr("tinypt.evaluation.efficiency.BATCHES", 1)
    sample = (ROOT / "params/sample.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(sample[: sample.index("\n  total:")])
    save_model(teacher, cased, tmp_path / "models/teacher")
    for folder in ("base", "untrained", "partial/distilled"):
        save_model(base, uncased, tmp_path / "models" / folder)
    (tmp_path / "models/partial/release/onnx").mkdir(parents=True)
    for file in ("model.onnx", "model_quantized.onnx"):
        onnx.save(_graph(base.config.vocab_size), tmp_path / "models/partial/release/onnx" / file)
    write_json(tmp_path / "models/partial/release/config.json", {"max_position_embeddings": 32})
    seal(tmp_path / "models/partial/release")
    return tmp_path


def _graph(vocabulary: int) -> onnx.ModelProto:
    """A graph with the inputs and outputs of a release. Its states are rows of a table."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in names]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "sequence", width])
        for name, width in (("logits", vocabulary), ("last_hidden_state", 4))
    ]
    table = numpy_helper.from_array(np.ones((vocabulary, 4), np.float32), "table")
    turned = numpy_helper.from_array(np.ones((4, vocabulary), np.float32), "turned")
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "axis"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["masked"]),
        helper.make_node("Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["types", "axis"], ["types_column"]),
        helper.make_node("Add", ["masked", "types_column"], ["last_hidden_state"]),
        helper.make_node("MatMul", ["last_hidden_state", "turned"], ["logits"]),
    ]
    axis = numpy_helper.from_array(np.array([2]), "axis")
    graph = helper.make_graph(nodes, "release", ids, outputs, [table, turned, axis])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def test_every_model_is_measured(project: Path) -> None:
    efficiency.main()
    found = json.loads((project / "data/efficiency.json").read_text())
    assert set(found) == {"threads", "machine", "models"}
    assert found["threads"] >= 1
    assert list(found["models"]) == ["teacher", "base", "untrained", "partial"]
    for model in found["models"].values():
        assert model["parameters"] > 0
        assert set(model["lengths"]) == {"32"}  # these small models have 64 positions
        assert set(model["lengths"]["32"]) == {"p50_ms", "p95_ms", "texts_per_s"}
    encoders = found["models"]["partial"]["encoder"]
    assert list(encoders) == ["pytorch", "onnx_fp32", "onnx_int8"]
    assert all(set(numbers) == {"bytes", "lengths"} for numbers in encoders.values())
    assert "encoder" not in found["models"]["teacher"]


def test_a_missing_graph_is_named(project: Path) -> None:
    (project / "models/partial/release/onnx/model_quantized.onnx").unlink()
    with pytest.raises(PipelineError, match=r"model_quantized.onnx: no such file; run `dvc repro export@partial`"):
        efficiency.main()
    assert not (project / "data").exists()
