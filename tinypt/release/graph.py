"""ONNX graphs of a BERT, written node by node from its weights: the encoder, and pieces for the heads on top of it.

Tracing a model with PyTorch's exporter takes twenty seconds and leaves some hundred nodes more. A BERT has one shape,
so its graph can be written down.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from transformers import PreTrainedModel

from tinypt.modeling.types import ACTIVATIONS, EXPORTED
from tinypt.runtime.errors import PipelineError

OPSET = 20
IR_VERSION = 9  # the oldest that has opset 20, so that older runtimes read the file
ZERO = 128  # the byte that stands for 0 in int8 weights
Shapes = Mapping[str, Sequence[str | int]]  # a name stands for any size


class Graph:
    """A graph under construction. Methods that add a node return the name of its output."""

    def __init__(self, name: str, int8: bool) -> None:
        """With `int8`, matrices are stored in one byte per weight."""
        self.int8 = int8
        self.name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        """Add a node with one output, by default named after its operator and number."""
        name = output or f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: object, dtype: type[np.generic] = np.float32) -> str:
        """Store an array under `name`; a name that is stored already is used again."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype), name)
        return name

    def indices(self, *values: int) -> str:
        """A vector of int64."""
        return self.constant("indices_" + "_".join(map(str, values)), values, np.int64)

    def scalar(self, value: float) -> str:
        """A number in float32."""
        return self.constant(f"scalar_{value:g}", value)

    def matrix(self, name: str, value: NDArray[np.float32]) -> str:
        """Store a matrix [inputs, outputs] and return it in float32.

        With int8 it is stored as bytes, with a scale for each output. ONNX Runtime computes the float32 matrix from
        them once, when it loads the graph; a matrix of the encoder is small.
        """
        if not self.int8:
            return self.constant(name, value)
        rounded, scale = quantize(value)
        weights = self.node("Cast", self.constant(name, rounded, np.uint8), to=TensorProto.FLOAT)
        centred = self.node("Sub", weights, self.scalar(ZERO))
        return self.node("Mul", centred, self.constant(f"{name}.scale", scale))

    def linear(self, name: str, states: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """The map of torch.nn.Linear: `weight` [outputs, inputs], `bias` [outputs]."""
        product = self.node("MatMul", states, self.matrix(f"{name}.weight", weight.T))
        return self.node("Add", product, self.constant(f"{name}.bias", bias))

    def model(self, inputs: Shapes, outputs: Shapes) -> onnx.ModelProto:
        """The finished model: int64 inputs and float32 outputs with their shapes."""
        graph = helper.make_graph(
            self._nodes,
            self.name,
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self._constants.values()),
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="bert-tiny-pt"
        )


def quantize(value: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Bytes [inputs, outputs] and scales [outputs] with value ≈ (bytes - ZERO) * scale. 0 stays exactly 0."""
    scale = np.maximum(np.abs(value).max(axis=0), 1e-12) / (ZERO - 1)
    return (np.rint(value / scale) + ZERO).astype(np.uint8), scale.astype(np.float32)


class Bert:
    """The parts of a BertForMaskedLM as nodes of a graph, with one word table for the input and the output layer.

    The table is stored transposed, [hidden, vocabulary]: the output layer multiplies with it as it stands, and the
    input selects columns.
    """

    def __init__(self, model: PreTrainedModel, graph: Graph) -> None:
        """`model` is a BertForMaskedLM whose output layer is tied to its word embeddings.

        Raises:
            PipelineError: its activation function is not among ACTIVATIONS.
        """
        self.graph, self.config = graph, model.config
        self.weights = {name: tensor.detach().float().numpy() for name, tensor in model.state_dict().items()}
        if self.config.hidden_act not in ACTIVATIONS:
            raise PipelineError(f"hidden_act: {self.config.hidden_act} cannot be exported; only {EXPORTED} can")
        table = self.weights["bert.embeddings.word_embeddings.weight"].T
        if graph.int8:
            rounded, scale = quantize(table)
            self.table, self.scale = (
                graph.constant("words", rounded, np.uint8),
                graph.constant("words.scale", scale),
            )
        else:
            self.table = graph.constant("words", table)

    def encoder(self, ids: str, mask: str, types: str | None = None) -> str:
        """Last states [batch, length, hidden] of int64 `ids`, `mask` and `types`, 0 by default: all [batch, length]."""
        graph = self.graph
        states = graph.node("Add", self._words(ids), self._positions(ids))
        kinds = self.weights["bert.embeddings.token_type_embeddings.weight"]
        if types is None:
            states = graph.node("Add", states, graph.constant("types", kinds[0]))
        else:
            states = graph.node("Add", states, graph.node("Gather", graph.constant("types", kinds), types))
        states = self._norm("bert.embeddings.LayerNorm", states)
        ignored = graph.node("Cast", graph.node("Unsqueeze", mask, graph.indices(1, 2)), to=TensorProto.FLOAT)
        ignored = graph.node("Mul", graph.node("Sub", graph.scalar(1), ignored), graph.scalar(-1e9))
        for number in range(self.config.num_hidden_layers):
            states = self._layer(f"bert.encoder.layer.{number}", states, ignored)
        return states

    def transform(self, states: str) -> str:
        """What the output layer multiplies with the word table: [..., hidden] of states [..., hidden]."""
        head = "cls.predictions.transform"
        return self._norm(f"{head}.LayerNorm", self._activate(self._linear(f"{head}.dense", states)))

    def vocabulary(self, states: str, output: str) -> str:
        """Logits [..., vocabulary] of `transform`'s output [..., hidden].

        With int8, the states are rounded to bytes too, each row with a scale of its own, so that a row's logits do not
        depend on the other rows.
        """
        graph = self.graph
        if graph.int8:
            largest = graph.node("ReduceMax", graph.node("Abs", states), graph.indices(-1), keepdims=1)
            # Of no rows at all, onnxruntime-web 1.30 returns every column; this leaves one, as there should be.
            largest = graph.node("Slice", largest, graph.indices(0), graph.indices(1), graph.indices(-1))
            scale = graph.node("Div", graph.node("Max", largest, graph.scalar(1e-12)), graph.scalar(ZERO - 1))
            shifted = graph.node("Add", graph.node("Round", graph.node("Div", states, scale)), graph.scalar(ZERO))
            rounded = graph.node("Cast", shifted, to=TensorProto.UINT8)
            zero = graph.constant("zero", ZERO, np.uint8)
            products = graph.node("MatMulInteger", rounded, self.table, zero, zero)
            products = graph.node("Mul", graph.node("Cast", products, to=TensorProto.FLOAT), scale)
            products = graph.node("Mul", products, self.scale)
        else:
            products = graph.node("MatMul", states, self.table)
        bias = graph.constant("cls.predictions.bias", self.weights["cls.predictions.bias"])
        return graph.node("Add", products, bias, output=output)

    def _words(self, ids: str) -> str:
        """Word embeddings [batch, length, hidden]."""
        graph = self.graph
        columns = graph.node("Gather", self.table, ids, axis=1)
        if graph.int8:
            columns = graph.node("Sub", graph.node("Cast", columns, to=TensorProto.FLOAT), graph.scalar(ZERO))
            columns = graph.node("Mul", columns, graph.node("Gather", self.scale, ids))
        return graph.node("Transpose", columns, perm=[1, 2, 0])

    def _positions(self, ids: str) -> str:
        """Position embeddings [length, hidden]."""
        graph = self.graph
        table = graph.matrix("positions", self.weights["bert.embeddings.position_embeddings.weight"])
        length = graph.node("Shape", ids, start=1, end=2)
        return graph.node("Slice", table, graph.indices(0), length, graph.indices(0))

    def _layer(self, name: str, states: str, ignored: str) -> str:
        graph, heads = self.graph, self.config.num_attention_heads
        width = self.config.hidden_size // heads

        def split(kind: str, order: list[int]) -> str:
            mapped = self._linear(f"{name}.attention.self.{kind}", states)
            return graph.node("Transpose", graph.node("Reshape", mapped, graph.indices(0, 0, heads, width)), perm=order)

        query, key, value = split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]), split("value", [0, 2, 1, 3])
        scores = graph.node("Mul", graph.node("MatMul", query, key), graph.scalar(width**-0.5))
        attention = graph.node("Softmax", graph.node("Add", scores, ignored), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", attention, value), perm=[0, 2, 1, 3])
        mixed = graph.node("Reshape", mixed, graph.indices(0, 0, heads * width))
        mixed = self._linear(f"{name}.attention.output.dense", mixed)
        states = self._norm(f"{name}.attention.output.LayerNorm", graph.node("Add", mixed, states))
        inner = self._activate(self._linear(f"{name}.intermediate.dense", states))
        outer = self._linear(f"{name}.output.dense", inner)
        return self._norm(f"{name}.output.LayerNorm", graph.node("Add", outer, states))

    def _linear(self, name: str, states: str) -> str:
        return self.graph.linear(name, states, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, name: str, states: str) -> str:
        weight, bias = (
            self.graph.constant(f"{name}.{part}", self.weights[f"{name}.{part}"]) for part in ("weight", "bias")
        )
        return self.graph.node("LayerNormalization", states, weight, bias, epsilon=self.config.layer_norm_eps)

    def _activate(self, states: str) -> str:
        return self.graph.node(ACTIVATIONS[self.config.hidden_act], states)
