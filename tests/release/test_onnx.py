import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.bert import random_bert
from tinypt.modeling.forward import mean_state
from tinypt.params.models import Architecture
from tinypt.release.graph import ZERO, quantize
from tinypt.release.onnx import INPUTS, OUTPUTS, TOLERANCE, compact_graph, export_onnx, full_graph, largest_difference
from tinypt.runtime.errors import PipelineError

GRAPHS = ("compact.onnx", "model.onnx", "model_quantized.onnx")
SHAPES = {  # of students: BERT-tiny's, one layer, deep and narrow heads, neighbours
    "tiny": Architecture(2, 16, 2, 32, 64, "random"),
    "one": Architecture(1, 12, 1, 20, 16, "random"),
    "deep": Architecture(6, 24, 6, 96, 32, "neighbours"),
}


def enlarge(model: BertForMaskedLM) -> BertForMaskedLM:
    """Give a random model weights and biases that are large enough for its predictions to differ."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    return model.eval()


@pytest.fixture
def model(base: BertForMaskedLM) -> BertForMaskedLM:
    return enlarge(base)


@pytest.fixture
def exported(model: BertForMaskedLM, tmp_path: Path) -> Path:
    export_onnx(model, tmp_path / "onnx")
    return tmp_path / "onnx"


def session(graph: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    source = graph if isinstance(graph, Path) else graph.SerializeToString()
    return onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])


def inputs(model: BertForMaskedLM, batch: int = 3, length: int = 11) -> dict[str, np.ndarray]:
    """Random ids, of which the last row has padding, and positions to predict."""
    ids = np.random.default_rng(3).integers(0, model.config.vocab_size, (batch, length))
    mask = np.ones_like(ids)
    mask[-1, length // 2 :] = 0
    return {"input_ids": ids, "attention_mask": mask, "masked": np.array([[0, 2], [batch - 1, 1], [0, 0]])}


def expected(model: BertForMaskedLM, given: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """PyTorch's logits at the masked positions, and the vectors of the texts."""
    ids, mask = torch.from_numpy(given["input_ids"]), torch.from_numpy(given["attention_mask"])
    with torch.no_grad():
        out = model(ids, mask, output_hidden_states=True)
    rows, columns = given["masked"].T
    return out.logits.numpy()[rows, columns], mean_state(out.hidden_states[-1], mask.bool()).numpy()


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)


@pytest.mark.parametrize("activation", ["gelu", "relu"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_compact_graph_gives_pytorchs_words_and_vectors(
    shape: Architecture, activation: str, cased: PreTrainedTokenizerBase
) -> None:
    model = random_bert(shape, cased, seed=4)
    model.config.hidden_act = activation
    model = BertForMaskedLM(model.config)
    given = inputs(enlarge(model))
    logits, vectors = session(compact_graph(model, int8=False)).run(None, given)
    words, means = expected(model, given)
    np.testing.assert_allclose(logits, words, rtol=0, atol=1e-4)
    np.testing.assert_allclose(vectors, means, rtol=0, atol=1e-4)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_int8_agrees_closely(shape: Architecture, cased: PreTrainedTokenizerBase) -> None:
    model = enlarge(random_bert(shape, cased, seed=4))
    given = inputs(model)
    logits, vectors = session(compact_graph(model, int8=True)).run(None, given)
    words, means = expected(model, given)
    assert cosines(vectors, means).min() > 0.998
    for found, true in zip(logits, words, strict=True):
        best, five = true.argsort()[-5:], found.argsort()[-5:]
        assert len(set(best) & set(five)) >= 4
    assert np.sqrt(np.mean((logits - words) ** 2)) < 0.03 * words.std()


@pytest.mark.parametrize("int8", [False, True])
def test_a_text_gets_the_same_answer_alone_and_in_a_batch(model: BertForMaskedLM, int8: bool) -> None:
    graph = session(compact_graph(model, int8))
    given = inputs(model)
    logits, vectors = graph.run(None, given)
    alone = {"input_ids": given["input_ids"][2:, :5], "attention_mask": given["attention_mask"][2:, :5]}
    one, vector = graph.run(None, alone | {"masked": np.array([[0, 1]])})
    np.testing.assert_allclose(one[0], logits[1], rtol=0, atol=1e-5)
    np.testing.assert_allclose(vector[0], vectors[2], rtol=0, atol=1e-5)


@pytest.mark.parametrize("int8", [False, True])
def test_no_position_may_be_asked_for(model: BertForMaskedLM, int8: bool) -> None:
    given = inputs(model) | {"masked": np.zeros((0, 2), np.int64)}
    logits, vectors = session(compact_graph(model, int8)).run(None, given)
    assert logits.shape == (0, model.config.vocab_size)
    assert np.abs(vectors).max() > 0


def test_the_full_graphs_agree_with_the_model(model: BertForMaskedLM, exported: Path) -> None:
    assert largest_difference(model, exported / "model.onnx") <= TOLERANCE
    given = inputs(model)
    ids, mask = given["input_ids"], given["attention_mask"]
    types = np.arange(ids.size).reshape(ids.shape) % 2
    with torch.no_grad():
        out = model(*map(torch.from_numpy, (ids, mask, types)), output_hidden_states=True)
    values = dict(zip(INPUTS, (ids, mask, types), strict=True))
    logits, states = session(exported / "model.onnx").run(OUTPUTS, values)
    np.testing.assert_allclose(logits, out.logits.numpy(), rtol=0, atol=1e-4)
    np.testing.assert_allclose(states, out.hidden_states[-1].numpy(), rtol=0, atol=1e-4)
    rounded, _ = session(exported / "model_quantized.onnx").run(OUTPUTS, values)
    assert np.corrcoef(rounded.ravel(), out.logits.numpy().ravel())[0, 1] > 0.99


def test_the_graphs_are_valid_and_store_every_matrix_once(model: BertForMaskedLM, exported: Path) -> None:
    config = model.config
    sizes = {"words": [config.hidden_size, config.vocab_size]}
    for name in GRAPHS:
        proto = onnx.load(exported / name)
        onnx.checker.check_model(proto, full_check=True)
        tables = {tensor.name: tensor for tensor in proto.graph.initializer if config.vocab_size in tensor.dims[-2:]}
        assert {key: list(tensor.dims) for key, tensor in tables.items() if len(tensor.dims) == 2} == sizes
        if name != "model.onnx":
            matrices = [
                tensor for tensor in proto.graph.initializer if len(tensor.dims) == 2 and tensor.name != "types"
            ]
            assert {tensor.data_type for tensor in matrices} == {onnx.TensorProto.UINT8}


def test_rounding_to_bytes_errs_by_half_a_step_and_keeps_zero() -> None:
    value = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32) * np.float32([1, 10, 0])
    value[0] = 0
    rounded, scale = quantize(value)
    restored = (rounded.astype(np.float32) - ZERO) * scale
    assert (np.abs(restored - value) <= scale / 2 + 1e-6).all()
    assert (restored[0] == 0).all()
    assert (restored[:, 2] == 0).all()
    assert np.abs(rounded[:, :2].astype(int) - ZERO).max(axis=0).tolist() == [127, 127]


def test_the_files_contain_nothing_of_the_machine(exported: Path) -> None:
    for name in GRAPHS:
        content = (exported / name).read_bytes()
        for trace in (b".py", b"/home", b"/usr", str(Path.cwd()).encode()):
            assert trace not in content


def test_a_graph_that_differs_is_refused(
    model: BertForMaskedLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = full_graph(model, int8=False)
    with torch.no_grad():
        model.cls.predictions.bias[7] += 0.002
    monkeypatch.setattr("tinypt.release.onnx.full_graph", lambda model, int8: wrong)
    with caplog.at_level(logging.INFO), pytest.raises(PipelineError, match=r"onnx/model.onnx: differs by 2.0e-03"):
        export_onnx(model, tmp_path / "onnx")
    assert "differ from PyTorch's by at most 2.0e-03 in fp32" in caplog.text


def test_an_activation_without_an_operator_is_named(model: BertForMaskedLM) -> None:
    model.config.hidden_act = "gelu_new"
    with pytest.raises(PipelineError, match="hidden_act: gelu_new cannot be exported; only gelu and relu can"):
        compact_graph(model, int8=True)
