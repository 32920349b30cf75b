import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import BertForMaskedLM

from tinypt.release.onnx import INPUTS, OUTPUTS, TOLERANCE, FillMask, export_onnx, largest_difference
from tinypt.runtime.errors import PipelineError


@pytest.fixture
def model(base: BertForMaskedLM) -> BertForMaskedLM:
    """A random model whose weights are large enough for its predictions to differ."""
    with torch.no_grad():
        for parameter in base.parameters():
            parameter.add_(
                0.2 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel()))
            )
    return base


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folder shared by the tests of this module, so that the model is exported once."""
    return {"folder": tmp_path_factory.mktemp("onnx") / "onnx"}


@pytest.fixture
def exported(model: BertForMaskedLM, made: dict[str, Path]) -> Path:
    if not made["folder"].is_dir():
        export_onnx(model, made["folder"])
    model.eval()
    return made["folder"]


def run(path: Path, ids: torch.Tensor, mask: torch.Tensor) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    values = (ids, mask, torch.zeros_like(ids))
    return session.run(OUTPUTS, {name: value.numpy() for name, value in zip(INPUTS, values, strict=True)})


def test_one_transposed_table_gives_the_same_outputs(model: BertForMaskedLM) -> None:
    model.eval()
    ids = torch.tensor([[2, 7, 9, 3, 0], [2, 11, 3, 0, 0]])
    inputs = (ids, (ids != 0).long(), torch.zeros_like(ids))
    with torch.no_grad():
        logits, states = FillMask(model)(*inputs)
        expected = model(*inputs, output_hidden_states=True)
    torch.testing.assert_close(logits, expected.logits, rtol=0, atol=1e-5)
    torch.testing.assert_close(states, expected.hidden_states[-1], rtol=0, atol=1e-5)


def test_both_graphs_agree_with_the_model(model: BertForMaskedLM, exported: Path) -> None:
    assert largest_difference(model, exported / "model.onnx") <= TOLERANCE
    ids = torch.randint(0, model.config.vocab_size, (2, 11), generator=torch.Generator().manual_seed(3))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    with torch.no_grad():
        expected = model(ids, mask).logits.numpy()
    logits, states = run(exported / "model.onnx", ids, mask)
    np.testing.assert_allclose(logits, expected, atol=TOLERANCE)
    assert states.shape == (2, 11, model.config.hidden_size)
    rounded, _ = run(exported / "model_quantized.onnx", ids, mask)
    assert np.corrcoef(rounded.ravel(), expected.ravel())[0, 1] > 0.99


def test_int8_stores_the_word_table_once_and_in_one_byte(model: BertForMaskedLM, exported: Path) -> None:
    graph = onnx.load(exported / "model_quantized.onnx").graph
    size = model.config.vocab_size
    tables = [tensor for tensor in graph.initializer if size in tensor.dims and len(tensor.dims) == 2]
    assert [(list(tensor.dims), tensor.data_type) for tensor in tables] == [
        ([model.config.hidden_size, size], onnx.TensorProto.UINT8)
    ]


def test_the_files_contain_nothing_of_the_machine(exported: Path) -> None:
    for name in ("model.onnx", "model_quantized.onnx"):
        content = (exported / name).read_bytes()
        for trace in (b".py", b"/home", b"/usr", str(Path.cwd()).encode()):
            assert trace not in content


def test_a_graph_that_differs_is_refused(
    model: BertForMaskedLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tinypt.release.onnx.largest_difference", lambda model, path: 0.002)
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: type("P", (), {"model_proto": onnx.ModelProto()}))
    monkeypatch.setattr("tinypt.release.onnx.quantize_dynamic", lambda source, target, **_: target.write_bytes(b""))
    with caplog.at_level(logging.INFO), pytest.raises(PipelineError, match=r"onnx/model.onnx: differs by 2.0e-03"):
        export_onnx(model, tmp_path / "onnx")
    assert "differ from PyTorch's by at most 2.0e-03 in fp32" in caplog.text
