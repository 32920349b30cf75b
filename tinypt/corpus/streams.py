"""Files as streams of bytes, compressed or not."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
from isal import igzip

from tinypt.runtime.errors import PipelineError


@contextmanager
def open_bytes(path: Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    """The content of the open file `raw`, decompressed if the name of `path` ends in .gz or .zst.

    `raw` itself tells how much of the file was read.
    """
    if path.suffix in (".gz", ".zst") and path.stat().st_size == 0:
        raise OSError("not one byte")  # which the libraries take for an empty content
    if path.suffix == ".gz":
        with igzip.open(raw) as stream:  # several times as fast as gzip
            yield cast(BinaryIO, stream)
    elif path.suffix == ".zst":
        with pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd") as stream:
            yield cast(BinaryIO, stream)
    else:
        yield raw


@contextmanager
def named_faults(path: Path, *others: type[Exception]) -> Iterator[None]:
    """Turn what reading a damaged file raises, and `others`, into a PipelineError that names the file."""
    faults: Any = (OSError, EOFError, zlib.error, UnicodeDecodeError, pa.ArrowException, *others)
    try:
        yield
    except faults as error:
        reason = str(error).strip().split("\n")[0]
        raise PipelineError(f"{path}: damaged or cut short ({reason}); fetch it again") from None
