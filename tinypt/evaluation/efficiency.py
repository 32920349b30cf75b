"""What a model costs to run on a CPU: size, latency and throughput, all models measured turn by turn.

Times are wall-clock and belong to a machine: they say which model is faster and by how much, and are compared
between models of one run only. A turn calls every model once, in random order, so that whatever else slows the machine
down meets all.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor

from tinypt.evaluation.model import EvaluatedModel
from tinypt.modeling.forward import encode, score
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

LENGTHS = (32, 128)  # pieces of a text, [CLS] and [SEP] included; no padding
BATCH = 32  # texts at a time, for throughput
SINGLE, BATCHES = 40, 4  # turns: calls of one text, for its percentiles, and of a batch
WARM = 2  # turns before the clock runs
INPUTS = ("input_ids", "attention_mask", "token_type_ids")  # of a graph


@dataclass(frozen=True)
class Candidate:
    """Something to be measured.

    vocabulary: number of ids that texts may be made of; positions: pieces of the longest text it reads;
    call: what is timed, on texts of ids, int64 [texts, length].
    """

    name: str
    vocabulary: int
    positions: int
    call: Callable[[NDArray[np.int64]], object]


def fill_mask(evaluated: EvaluatedModel) -> Candidate:
    """The model in PyTorch, fp32: the encoder, and the most probable word at one masked place of each text."""

    def call(ids: NDArray[np.int64]) -> Tensor:
        texts = torch.from_numpy(ids)
        places = torch.arange(len(texts)) * texts.shape[1] + 1
        return score(evaluated.model, encode(evaluated.model, texts, evaluated.special), places).argmax(dim=1)

    return _candidate(evaluated, evaluated.name, call)


def encoder(evaluated: EvaluatedModel) -> Candidate:
    """The model's encoder alone, in PyTorch, fp32: hidden states, what is read for classes, similarity or search."""
    return _candidate(
        evaluated,
        f"{evaluated.name} pytorch",
        lambda ids: encode(evaluated.model, torch.from_numpy(ids), evaluated.special),
    )


def onnx_encoder(evaluated: EvaluatedModel, graph: Path) -> Candidate:
    """The same of a graph of the model's release, in ONNX Runtime: its path from the input to the hidden states.

    The whole graph scores every place of a text, as transformers.js wants it, which nothing else here does.

    Raises:
        PipelineError: there is no such file.
    """
    if not graph.is_file():
        raise PipelineError(f"{graph}: no such file; run `dvc repro export@{evaluated.name}`")
    part = onnx.utils.Extractor(onnx.load(graph)).extract_model(list(INPUTS), ["last_hidden_state"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = torch.get_num_threads(), 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it would take the next one's time
    session = onnxruntime.InferenceSession(part.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def call(ids: NDArray[np.int64]) -> object:
        return session.run(None, dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True)))

    return _candidate(evaluated, f"{evaluated.name} {graph.stem}", call)


def _candidate(evaluated: EvaluatedModel, name: str, call: Callable[[NDArray[np.int64]], object]) -> Candidate:
    config = evaluated.model.config
    return Candidate(name, config.vocab_size, config.max_position_embeddings, call)


@torch.no_grad()
def measure(candidates: list[Candidate], seed: int) -> dict[str, dict[str, dict[str, float]]]:
    """Time all candidates.

    Returns:
        For each by name and each of LENGTHS, as a string, that it has positions for: `p50_ms` and `p95_ms`, median and
        95th percentile of the milliseconds one text takes, and `texts_per_s`, the median rate in batches of BATCH.
    """
    found: dict[str, dict[str, dict[str, float]]] = {candidate.name: {} for candidate in candidates}
    for length in LENGTHS:
        able = [candidate for candidate in candidates if candidate.positions >= length]
        one = _turns(able, (1, length), SINGLE, seed)
        many = _turns(able, (BATCH, length), BATCHES, seed)
        for candidate, single, batch in zip(able, one.T, many.T, strict=True):
            p50, p95 = np.percentile(single, (50, 95)) * 1000
            rate = BATCH / float(np.median(batch))
            found[candidate.name][str(length)] = {"p50_ms": float(p50), "p95_ms": float(p95), "texts_per_s": rate}
    return found


def size(evaluated: EvaluatedModel, folder: Path) -> dict[str, Any]:
    """`parameters`, tied ones counted once, and `bytes` of the weights on disk (safetensors)."""
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    return {"parameters": evaluated.model.num_parameters(), "bytes": weights}


def machine() -> str:
    """The processor and the versions of what was run on it, for people to read."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:  # no Linux
        pass
    return f"{name}, torch {torch.__version__}, onnxruntime {onnxruntime.__version__}"


def _turns(candidates: list[Candidate], shape: tuple[int, int], turns: int, seed: int) -> NDArray[np.float64]:
    """Seconds that each call took: float64 [turns, candidates]."""
    random = np.random.default_rng(seed)
    texts = [random.integers(candidate.vocabulary, size=shape) for candidate in candidates]
    seconds = np.empty((turns, len(candidates)))
    progress = Progress(f"{shape[0]} x {shape[1]}", "turns", WARM + turns)
    for turn in range(-WARM, turns):
        for column in random.permutation(len(candidates)):  # whoever follows a large model finds the caches cold
            start = time.perf_counter()
            candidates[column].call(texts[column])
            if turn >= 0:
                seconds[turn, column] = time.perf_counter() - start
        progress.add(1)
    progress.close()
    return seconds
