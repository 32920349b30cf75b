"""A released model in ONNX Runtime. It needs onnxruntime, tokenizers and numpy, and starts without PyTorch."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from tinypt.files import verify
from tinypt.runtime.errors import PipelineError, first_line

GRAPH = "onnx/compact.onnx"
MASK = "[MASK]"  # in a text; stands for the mask token of the model
CHUNK, BATCH = 1024, 32  # texts read at a time, and texts of similar length in one call
Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Guess:
    """A piece for a gap and its probability. Pieces that continue a word start with ##."""

    piece: str
    probability: float


class Model:
    """A release: fills gaps, and makes vectors of texts.

    length: longest text in pieces, special tokens included. Longer texts are cut; `cut` counts them.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Load the release in `folder`, to run in `threads` threads: one answers a text in milliseconds.

        Raises:
            PipelineError: a file is missing or damaged.
        """
        for name in (GRAPH, "tokenizer.json", "config.json"):
            if not (folder / name).is_file():
                raise PipelineError(f"{folder / name}: no such file; --model takes a release made by `stages.export`")
            _verify(folder / name)
        self.cut = 0
        try:
            self.length = int(json.loads((folder / "config.json").read_bytes())["max_position_embeddings"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            options.intra_op_num_threads = threads
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave the cores to others
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # each library raises kinds of its own
            raise PipelineError(f"{folder}: cannot be loaded ({first_line(error)}); make the release again") from None
        self._tokenizer.enable_truncation(self.length)
        self._tokenizer.no_padding()
        added = self._tokenizer.get_added_tokens_decoder()
        self._special = sorted(number for number, token in added.items() if token.special)
        names = (token.content for token in added.values() if token.special)
        self._mask_token = next((name for name in names if "mask" in name.lower()), MASK)  # <mask>, for example
        self._mask = self._tokenizer.token_to_id(self._mask_token)

    def fill(self, text: str, number: int = 5) -> list[Guess]:
        """The `number` most probable pieces for the [MASK] in `text`, best first. Special tokens are never offered.

        Raises:
            PipelineError: the text has no [MASK], or several, or only after the model's last piece.
        """
        (encoded,) = self._encode([text.replace(MASK, self._mask_token)])
        if (count := text.count(MASK)) != 1:
            raise PipelineError(f"the text has {count or 'no'} {MASK}; put one where a word is missing")
        if self._mask not in encoded.ids:
            raise PipelineError(f"{MASK} comes after the {self.length} pieces that the model reads; shorten the text")
        logits, _ = self._run([encoded], np.array([[0, encoded.ids.index(self._mask)]]))
        probabilities = np.exp(logits[0] - logits[0].max(), dtype=np.float64)
        probabilities /= probabilities.sum()
        probabilities[self._special] = -1
        best = np.argsort(-probabilities, kind="stable")[: min(number, len(probabilities) - len(self._special))]
        return [Guess(str(self._tokenizer.id_to_token(int(id))), float(probabilities[id])) for id in best]

    def embed(self, texts: Iterable[str]) -> Iterator[Vectors]:
        """The vector of each text: the mean of its last states, as sentence-transformers makes it.

        Args:
            texts: any number of texts; they are read and answered in chunks.

        Yields:
            Vectors, float32 [texts of the chunk, hidden], in the order of the texts.
        """
        waiting = iter(texts)
        while chunk := list(islice(waiting, CHUNK)):
            encoded = self._encode(chunk)
            order = sorted(range(len(chunk)), key=lambda row: len(encoded[row].ids))  # keeps padding short
            parts = []
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                parts.append(self._run([encoded[row] for row in rows], np.zeros((0, 2), dtype=np.int64))[1])
            vectors = np.concatenate(parts)
            yield vectors[np.argsort(order)]

    def vectors(self, texts: Iterable[str]) -> Vectors:
        """The vectors of `embed`, all at once: float32 [texts, hidden]."""
        return np.concatenate(list(self.embed(texts)))

    def similarity(self, first: str, second: str) -> float:
        """Cosine of the vectors of two texts, from -1 to 1."""
        one, two = normalised(self.vectors([first, second]))
        return float(one @ two)

    def _encode(self, texts: list[str]) -> list[Encoding]:
        encoded = self._tokenizer.encode_batch(texts)
        self.cut += sum(bool(each.overflowing) for each in encoded)
        return encoded

    def _run(self, encoded: list[Encoding], masked: Ids) -> tuple[Vectors, Vectors]:
        """Logits at the positions `masked`, and the vectors of the texts."""
        longest = max(len(each.ids) for each in encoded)
        ids = np.zeros((len(encoded), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(encoded):
            ids[row, : len(each.ids)] = each.ids
            mask[row, : len(each.ids)] = 1
        logits, vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask, "masked": masked})
        return logits, vectors


def normalised(vectors: Vectors) -> Vectors:
    """The vectors scaled to length 1, so that their products are cosines."""
    scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return scaled


def find_release(model: str | None) -> Path:
    """Folder of a release.

    Args:
        model: a folder; or a student's name, for models/<name>/release; or None for the preview that is shipped with
            the package.

    Raises:
        PipelineError: there is none.
    """
    if model is None:
        preview = Path(__file__).parents[2] / "preview"
        if not preview.is_dir():
            raise PipelineError("no model is shipped here; name a release or a student with --model")
        return preview
    for folder in (Path(model), Path("models", model, "release")):
        if (folder / "config.json").is_file():
            return folder
    place = f"models/{model}/release"
    raise PipelineError(
        f"{model}: neither the folder of a release nor a student with {place}; `make repro` makes those"
    )


def _verify(file: Path) -> None:
    """Compare a file with the release's checksums, if it has any: a flipped bit in a weight would only change answers.

    Raises:
        PipelineError: it differs.
    """
    try:
        verify(file)
    except PipelineError:
        raise PipelineError(f"{file}: damaged; make the release again, or fetch it again") from None
