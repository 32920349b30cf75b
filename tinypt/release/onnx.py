"""Exports a masked language model as ONNX, in fp32 and int8, in the layout that transformers.js expects.

In BERT one word table embeds the input and, transposed, is the weight of the output layer. Exported unchanged, the
graph transposes the whole table in every call. Dynamic int8 quantisation then finds no constant weight to pack in
advance, which makes it slower than fp32; storing a second, transposed copy doubles the size. This export stores the
table once, already transposed, as [hidden, vocabulary]. The output layer multiplies with it as a constant, and the
input selects columns. With 29,794 word pieces the int8 file stays at 4.6 MB, and the output layer, which
transformers.js's fill-mask evaluates at every position, runs faster than in fp32.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import PreTrainedModel

from tinypt.runtime.errors import PipelineError

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("logits", "last_hidden_state")
OPSET = 20
TOLERANCE = 1e-3  # largest difference between the logits of PyTorch and ONNX that fp32 rounding can explain
log = logging.getLogger(__name__)


class FillMask(nn.Module):
    """BERT and its tied output layer, both using one transposed word table."""

    def __init__(self, model: PreTrainedModel) -> None:
        """`model` is a BertForMaskedLM whose output layer is tied to its word embeddings."""
        super().__init__()
        self.encoder, self.head = model.bert, model.cls.predictions
        self.register_buffer("table", model.get_input_embeddings().weight.detach().t().contiguous())
        self.table: Tensor

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [batch, sequence, vocabulary] and last hidden states [batch, sequence, hidden]."""
        words = torch.index_select(self.table, 1, input_ids.flatten()).t().reshape(*input_ids.shape, -1)
        states = self.encoder(
            inputs_embeds=words, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.head.transform(states) @ self.table + self.head.decoder.bias, states


def export_onnx(model: PreTrainedModel, folder: Path) -> None:
    """Write `model` as folder/model.onnx (fp32) and folder/model_quantized.onnx (int8), with reproducible bytes.

    Both take int64 `input_ids`, `attention_mask` and `token_type_ids` [batch, sequence] and return `logits` [batch,
    sequence, vocabulary] and `last_hidden_state` [batch, sequence, hidden], both fp32. int8 means ONNX Runtime's
    dynamic quantisation with unsigned 8-bit weights, which do not saturate on any processor. The exporter supports
    eager attention only, so `model` is switched to it.

    Raises:
        PipelineError: the logits of the fp32 graph differ from PyTorch's by more than TOLERANCE.
    """
    model.set_attn_implementation("eager")
    model.eval()
    folder.mkdir(parents=True)
    exact, quantized = folder / "model.onnx", folder / "model_quantized.onnx"
    batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence", max=model.config.max_position_embeddings)
    with _quiet():
        program = torch.onnx.export(
            FillMask(model).eval(),
            _example(model, 2, 16),
            dynamo=True,
            opset_version=OPSET,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=[{0: batch, 1: sequence}] * len(INPUTS),
            verbose=False,
        )
        assert program is not None
        _write(program.model_proto, exact)
        quantize_dynamic(exact, quantized, weight_type=QuantType.QUInt8)
        _write(onnx.load(quantized), quantized)
    difference = largest_difference(model, exact)
    rounded = largest_difference(model, quantized)
    log.info("ONNX logits differ from PyTorch's by at most %.1e in fp32, %.1e in int8", difference, rounded)
    if not difference <= TOLERANCE:
        raise PipelineError(
            f"onnx/{exact.name}: differs by {difference:.1e} from the PyTorch model, more than {TOLERANCE}; "
            "is its output layer tied to its embeddings (tie_word_embeddings)?"
        )


@torch.no_grad()
def largest_difference(model: PreTrainedModel, path: Path) -> float:
    """Largest absolute difference between the logits of a graph and of PyTorch, over several shapes with padding."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    differences = []
    for shape in ((1, 3), (3, 32), (1, model.config.max_position_embeddings)):
        inputs = dict(zip(INPUTS, _example(model, *shape), strict=True))
        (logits,) = session.run([OUTPUTS[0]], {name: value.numpy() for name, value in inputs.items()})
        differences.append(np.abs(logits - model(**inputs).logits.numpy()).max())
    return float(np.max(differences))


def _example(model: PreTrainedModel, batch: int, sequence: int) -> tuple[Tensor, Tensor, Tensor]:
    """Random input ids, attention mask and token types, with padding in the last third of the last row."""
    ids = torch.randint(0, model.config.vocab_size, (batch, sequence), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[-1, sequence - sequence // 3 :] = 0
    return ids, mask, torch.zeros_like(ids)


def _write(graph: onnx.ModelProto, path: Path) -> None:
    """Write `graph` without the source paths, symbol names and build number, which depend on the machine."""
    graph.producer_version = ""
    del graph.graph.value_info[:]
    parts = graph.graph
    for item in (graph, parts, *parts.node, *parts.input, *parts.output, *parts.initializer):
        item.doc_string = ""
        del item.metadata_props[:]
    path.write_bytes(graph.SerializeToString(deterministic=True))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter and the quantiser: `export_onnx` checks their result itself."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
