"""Cost of running a model on a CPU: size, latency and throughput.

Times are wall-clock times of one machine, so they compare only between models of the same run. All models take turns:
each turn calls every model once, in random order, so that a slowdown of the machine affects all of them.
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor

from tinypt.evaluation.model import EvaluatedModel, load_evaluated
from tinypt.files import read_json, verify
from tinypt.modeling.forward import encode, score
from tinypt.modeling.types import longest_text
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.progress import Progress

LENGTHS = (32, 128)  # pieces in a text, [CLS] and [SEP] included; no padding
BATCH = 16  # texts per call when throughput is measured
SINGLE, BATCHES = 40, 3  # timed turns with one text per call (for percentiles) and with a batch per call
WARM = 1  # turn before the clock starts
INPUTS = ("input_ids", "attention_mask", "token_type_ids")  # of an ONNX graph


@dataclass(frozen=True)
class Candidate:
    """A function to time, and the limits of its input.

    vocabulary: number of ids; texts are random ids below it.
    positions: length of the longest text it accepts, in pieces.
    call: the function to time; its argument is ids, int64 [texts, length].
    """

    name: str
    vocabulary: int
    positions: int
    call: Callable[[NDArray[np.int64]], object]


def measure_models(
    folders: dict[str, Path], graphs: dict[str, dict[str, Path]], seed: int
) -> dict[str, dict[str, Any]]:
    """Measure models, and separately the encoders of those that have been exported.

    Args:
        folders: of each model, by name.
        graphs: ONNX graphs of the exported models: model -> kind -> file.
        seed: of the random texts and the order of the turns.

    Returns:
        For each model the `parameters` and `bytes` of its weights (see `size`), and `lengths`, the times (see
        `measure`) of filling in a masked word. For each exported model also `encoder`: its `bytes` and `lengths` in
        `pytorch` and in every kind of graph.

    Raises:
        PipelineError: a folder holds no complete model, or a graph is missing.
    """
    models: dict[str, dict[str, Any]] = {}
    entries: dict[str, dict[str, Any]] = {}  # of each candidate, by name: where its times belong
    candidates = []
    for name, folder in folders.items():
        evaluated = load_evaluated(name, folder, max_length=max(LENGTHS))
        evaluated = replace(evaluated, model=evaluated.model.cpu(), device=torch.device("cpu"))  # even if it has a GPU
        models[name] = size(evaluated, folder)
        runs = [(fill_mask(evaluated), models[name])]
        if name in graphs:
            runs.append((encoder(evaluated), {"bytes": models[name]["bytes"]}))
            runs += [(onnx_encoder(evaluated, path), {"bytes": path.stat().st_size}) for path in graphs[name].values()]
            kinds = ("pytorch", *graphs[name])
            models[name]["encoder"] = dict(zip(kinds, (entry for _, entry in runs[1:]), strict=True))
        candidates += [candidate for candidate, _ in runs]
        entries |= {candidate.name: entry for candidate, entry in runs}
    for name, times in measure(candidates, seed).items():
        entries[name]["lengths"] = times
    return models


def fill_mask(evaluated: EvaluatedModel) -> Candidate:
    """The model in PyTorch, fp32: the encoder, and the most probable piece at one masked position of each text."""

    def call(ids: NDArray[np.int64]) -> Tensor:
        texts = torch.from_numpy(ids)
        positions = torch.arange(len(texts)) * texts.shape[1] + 1
        return score(evaluated.model, encode(evaluated.model, texts, evaluated.special), positions).argmax(dim=1)

    return _candidate(evaluated, evaluated.name, call)


def encoder(evaluated: EvaluatedModel) -> Candidate:
    """The model's encoder alone in PyTorch, fp32. Its hidden states serve classification, similarity and search."""
    return _candidate(
        evaluated,
        f"{evaluated.name} pytorch",
        lambda ids: encode(evaluated.model, torch.from_numpy(ids), evaluated.special),
    )


def onnx_encoder(evaluated: EvaluatedModel, graph: Path) -> Candidate:
    """The encoder in ONNX Runtime: the part of a released graph from the inputs to the hidden states.

    The whole graph also scores every position, as transformers.js requires; no other candidate does that.

    Args:
        evaluated: the model it was made from.
        graph: `<release>/onnx/<file>`. The release's config.json says how many positions the graph has.

    Raises:
        PipelineError: the file is missing or damaged, or the release's config.json is missing.
    """
    if not graph.is_file():
        raise PipelineError(f"{graph}: no such file; run `dvc repro export@{evaluated.name}`")
    verify(graph)
    part = onnx.utils.Extractor(onnx.load(graph)).extract_model(list(INPUTS), ["last_hidden_state"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = torch.get_num_threads(), 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads would slow the next model
    session = onnxruntime.InferenceSession(part.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def call(ids: NDArray[np.int64]) -> object:
        return session.run(None, dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True)))

    positions = read_json(graph.parents[1] / "config.json")["max_position_embeddings"]
    return replace(_candidate(evaluated, f"{evaluated.name} {graph.stem}", call), positions=positions)


def _candidate(evaluated: EvaluatedModel, name: str, call: Callable[[NDArray[np.int64]], object]) -> Candidate:
    config = evaluated.model.config
    return Candidate(name, config.vocab_size, longest_text(config), call)


@torch.no_grad()
def measure(candidates: list[Candidate], seed: int) -> dict[str, dict[str, dict[str, float]]]:
    """Time all candidates.

    Returns:
        candidate -> length -> times, for each of LENGTHS (as a string) that the candidate accepts: `p50_ms` and
        `p95_ms`, median and 95th percentile of the milliseconds per text, and `texts_per_s`, the median rate in batches
        of BATCH texts.
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
    """`parameters`, with tied ones counted once, and `bytes` of the weights on disk (safetensors)."""
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    return {"parameters": evaluated.model.num_parameters(), "bytes": weights}


def machine() -> str:
    """Name of the processor and versions of the libraries, for display."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:  # not Linux
        pass
    return f"{name}, torch {torch.__version__}, onnxruntime {onnxruntime.__version__}"


def _turns(candidates: list[Candidate], shape: tuple[int, int], turns: int, seed: int) -> NDArray[np.float64]:
    """Seconds of each call: float64 [turns, candidates]."""
    random = np.random.default_rng(seed)
    texts = [random.integers(candidate.vocabulary, size=shape) for candidate in candidates]
    seconds = np.empty((turns, len(candidates)))
    progress = Progress(f"{shape[0]} x {shape[1]}", "turns", WARM + turns)
    for turn in range(-WARM, turns):
        for column in random.permutation(len(candidates)):  # a large model leaves cold caches for the next one
            start = time.perf_counter()
            candidates[column].call(texts[column])
            if turn >= 0:
                seconds[turn, column] = time.perf_counter() - start
        progress.add(1)
    progress.close()
    return seconds
