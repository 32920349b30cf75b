"""A candidate of `bench.inference` in a process of its own: `python -m bench.candidate KIND FOLDER THREADS`.

It imports only what a user of the candidate needs. After its first answer it prints 0 and the CPU seconds since its
start. For each line of the standard input, a JSON list of texts, it prints how long their vectors took: the seconds of
the clock, and the CPU seconds of all threads.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Embed = Callable[[list[str]], Any]  # texts -> vectors [texts, width]


def onnx(folder: Path, threads: int) -> Embed:
    """A release in ONNX Runtime."""
    from tinypt.inference.model import Model

    return Model(folder, threads).vectors


def static(folder: Path, threads: int) -> Embed:
    """A table of a vector for each piece. A text's vector is the mean of its pieces' vectors.

    Args:
        folder: holds rows.npy, float32 [vocabulary, width], and tokenizer.json.
        threads: is ignored; NumPy adds up rows in one thread.
    """
    import numpy as np
    from tokenizers import Tokenizer

    rows = np.load(folder / "rows.npy")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def embed(texts: list[str]) -> Any:
        encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
        return np.stack([rows[each.ids].mean(axis=0) if each.ids else np.zeros_like(rows[0]) for each in encoded])

    return embed


def sentence_teacher(folder: Path, threads: int) -> Embed:
    """The sentence teacher that an installed package ships. `folder` and `threads` are ignored; it runs in one."""
    from tinypt.params.sentences import PackageEncoder
    from tinypt.sentences.encoders import load_encoder

    return load_encoder(PackageEncoder("package", "use_multilingual")).encode


KINDS: dict[str, Callable[[Path, int], Embed]] = {"onnx": onnx, "static": static, "sentence_teacher": sentence_teacher}


def main(kind: str, folder: str, threads: str) -> None:
    """Load the candidate, answer once, then answer the standard input."""
    embed = KINDS[kind](Path(folder), int(threads))
    embed(["A menina foi à escola."])
    print(0, time.process_time(), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        start, used = time.perf_counter(), time.process_time()
        embed(texts)
        print(time.perf_counter() - start, time.process_time() - used, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
