"""Exports a masked language model as ONNX: the graphs that transformers.js expects, and a compact one.

In BERT one word table embeds the input and, transposed, is the weight of the output layer. Exported unchanged, the
graph transposes the whole table in every call, or stores it twice. These graphs store it once, already transposed.
"""

import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from tinypt.files import list_files
from tinypt.release.graph import Bert, Graph
from tinypt.runtime.errors import PipelineError

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("logits", "last_hidden_state")
TOLERANCE = 1e-3  # largest difference between the logits of PyTorch and ONNX that fp32 rounding can explain
TOKENS = ["batch", "length"]
COMPACT = ("config.json", "tokenizer.json", "tokenizer_config.json", "onnx/compact.onnx")  # a compact release
log = logging.getLogger(__name__)


def export_onnx(model: PreTrainedModel, folder: Path) -> None:
    """Write `model` as model.onnx (fp32), model_quantized.onnx and compact.onnx (int8), with reproducible bytes.

    The first two are of `full_graph`, the last of `compact_graph`. int8 means that matrices are stored in one byte per
    weight, with a scale for each output.

    Args:
        model: a BertForMaskedLM whose output layer is tied to its word embeddings.
        folder: where to write; it must not exist.

    Raises:
        PipelineError: the logits of the fp32 graph differ from PyTorch's by more than TOLERANCE.
    """
    folder.mkdir(parents=True)
    exact, quantized = folder / "model.onnx", folder / "model_quantized.onnx"
    _write(full_graph(model, int8=False), exact)
    _write(full_graph(model, int8=True), quantized)
    _write(compact_graph(model, int8=True), folder / "compact.onnx")
    difference = largest_difference(model, exact)
    rounded = largest_difference(model, quantized)
    log.info("ONNX logits differ from PyTorch's by at most %.1e in fp32, %.1e in int8", difference, rounded)
    if not difference <= TOLERANCE:
        raise PipelineError(
            f"onnx/{exact.name}: differs by {difference:.1e} from the PyTorch model, more than {TOLERANCE}; "
            "is its output layer tied to its embeddings (tie_word_embeddings)?"
        )


def keep_compact(release: Path) -> None:
    """Remove all files of a release but COMPACT, and the folders that then are empty."""
    for file in list_files(release):
        if file.relative_to(release).as_posix() not in COMPACT:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()


def full_graph(model: PreTrainedModel, int8: bool) -> onnx.ModelProto:
    """Everything at every position, under the names that transformers.js and Optimum expect.

    Inputs: int64 `input_ids`, `attention_mask` and `token_type_ids` [batch, length]. Outputs: fp32 `logits` [batch,
    length, vocabulary] and `last_hidden_state` [batch, length, hidden].
    """
    graph = Graph("fill_mask", int8)
    bert = Bert(model, graph)
    states = graph.node("Identity", bert.encoder(*INPUTS), output=OUTPUTS[1])
    bert.vocabulary(bert.transform(states), OUTPUTS[0])
    shapes = [[*TOKENS, model.config.vocab_size], [*TOKENS, model.config.hidden_size]]
    return graph.model(dict.fromkeys(INPUTS, TOKENS), dict(zip(OUTPUTS, shapes, strict=True)))


def compact_graph(model: PreTrainedModel, int8: bool) -> onnx.ModelProto:
    """Words at chosen positions and the vector of each text, in one graph.

    Inputs: int64 `input_ids` and `attention_mask` [batch, length], and `masked` [n, 2], the row and column of each
    position to predict; n may be 0. Outputs: fp32 `logits` [n, vocabulary], and `sentence_embedding` [batch, hidden],
    the mean of the last states where the mask is 1 (`tinypt.modeling.forward.mean_state`).
    """
    graph = Graph("compact", int8)
    bert = Bert(model, graph)
    states = bert.encoder("input_ids", "attention_mask")
    bert.vocabulary(bert.transform(graph.node("GatherND", states, "masked")), "logits")
    counted = graph.node("Cast", graph.node("Unsqueeze", "attention_mask", graph.indices(2)), to=onnx.TensorProto.FLOAT)
    total = graph.node("ReduceSum", graph.node("Mul", states, counted), graph.indices(1), keepdims=0)
    number = graph.node("Max", graph.node("ReduceSum", counted, graph.indices(1), keepdims=0), graph.scalar(1))
    graph.node("Div", total, number, output="sentence_embedding")
    return graph.model(
        {"input_ids": TOKENS, "attention_mask": TOKENS, "masked": ["n", 2]},
        {"logits": ["n", model.config.vocab_size], "sentence_embedding": ["batch", model.config.hidden_size]},
    )


@torch.no_grad()
def largest_difference(model: PreTrainedModel, path: Path) -> float:
    """Largest absolute difference between the logits of a full graph and PyTorch's, over shapes with padding."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    differences = []
    longest = model.config.max_position_embeddings
    for batch, length in ((1, 3), (3, min(32, longest)), (1, longest)):
        ids = random.integers(0, model.config.vocab_size, (batch, length))
        inputs = dict(zip(INPUTS, (ids, _mask(batch, length), np.zeros_like(ids)), strict=True))
        (logits,) = session.run([OUTPUTS[0]], inputs)
        expected = model(**{name: torch.from_numpy(value) for name, value in inputs.items()}).logits.numpy()
        differences.append(np.abs(logits - expected).max())
    return float(np.max(differences))


def _mask(batch: int, length: int) -> NDArray[np.int64]:
    """Ones, but zeros in the last third of the last row."""
    mask = np.ones((batch, length), dtype=np.int64)
    mask[-1, length - length // 3 :] = 0
    return mask


def _write(graph: onnx.ModelProto, path: Path) -> None:
    path.write_bytes(graph.SerializeToString(deterministic=True))
