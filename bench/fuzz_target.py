"""The process that bench.fuzz starts for a target: one Atheris loop over the code of tinypt.

Arguments: target, folder to keep inputs in, file of counts, folder for work, then those of libFuzzer.
"""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["tinypt.corpus", "tinypt.cleaning", "tinypt.params"]):
    from bench.fuzz import SEEDS, Watch
    from tinypt.corpus.files import read_open
    from tinypt.params.loader import load
import polars as pl
import pyarrow as pa

from tinypt.corpus import vert_lines  # noqa: F401 - before the next: numba cannot compile instrumented code
from tinypt.corpus.shards import SCHEMA
from tinypt.params.clean import Clean
from tinypt.runtime.errors import PipelineError

RULES = Clean(("markup", "mojibake", "urls", "metadata", "lossy_mojibake", "personal_data"), 300, 14)
_MODES: tuple[Any, ...] = ("line", "blank_line", "file")


def runner(target: str, folder: Path) -> Callable[[bytes], None]:
    """The function of an input that the target stands for."""
    with atheris.instrument_imports(include=["tinypt.cleaning", "tinypt.corpus.vert"]):
        from tinypt.cleaning.document import repair_batch
        from tinypt.cleaning.markup import strip_markup
        from tinypt.corpus.vert import read_vert
    path = folder / (target if target != "parameters" else "params.yaml")

    def read(data: bytes) -> None:
        path.write_bytes(data)
        for mode in _MODES if ".txt" in target else _MODES[:1]:
            try:
                if ".vert" in target:
                    list(read_vert(path, Counter(), Counter()))
                    return
                with path.open("rb") as raw:
                    records = [vars(r) for r in read_open(path, raw, "a", "text", Counter(), Counter(), 0, mode)]
            except PipelineError:
                continue
            pa.RecordBatch.from_pylist(records, schema=SCHEMA)  # every text can be written

    def parameters(data: bytes) -> None:
        path.write_bytes(data)
        for section, schema in (("seed", int), ("clean", Clean)):
            try:
                load(section, schema, path)
            except PipelineError as error:
                if "\n" in str(error):
                    raise ValueError("a message of more than one line") from error

    def markup(data: bytes) -> None:
        strip_markup(data.decode("utf-8", "replace"))

    def cleaner(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        repaired = repair_batch(pl.Series([text]), RULES)[0].to_list()[0]
        assert repaired.count("\ufffd") <= text.count("\ufffd") + text.count("ï¿½") + text.count("&#"), "new U+FFFD"

    return {"markup": markup, "cleaner": cleaner, "parameters": parameters}.get(target, read)


if __name__ == "__main__":
    target, keep, counts, folder, *flags = sys.argv[1:]
    assert target in SEEDS
    atheris.Setup([sys.argv[0], *flags], Watch(runner(target, Path(folder)), target, Path(keep), Path(counts)))
    atheris.Fuzz()
