"""Read files as streams of bytes, compressed or not."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
from isal import igzip, igzip_lib

from tinypt.runtime.errors import PipelineError, environment_fault, first_line

# First bytes of compressed files. A zstd file may start with a frame to skip, as pzstd writes it (RFC 8878, 3.1.2).
_STARTS = {".gz": re.compile(rb"\x1f\x8b"), ".zst": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")}

_UNUSUAL = {  # zstd data that pyarrow cannot unpack, by its message
    "requires too much memory": "its zstd window is over 128 MB; unpack it (`zstd -d --long=31`)",
    "Dictionary mismatch": "it was packed with a zstd dictionary; unpack it (`zstd -d -D DICTIONARY`)",
}


@contextmanager
def open_bytes(path: Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    """The content of the open file `raw`, decompressed if the name of `path` ends in .gz or .zst, in any case.

    `raw.tell()` gives the number of file bytes read.
    """
    suffix = path.suffix.lower()
    if suffix in _STARTS:
        start = raw.read(4)
        raw.seek(0)
        if not start:
            raise OSError("it is empty")  # the libraries would accept this as empty content
        if len(start) == 4 and not _STARTS[suffix].match(start):
            raise PipelineError(f"{path}: is no {suffix} file; correct its name, or download it again")
    if suffix == ".gz":
        with igzip.open(raw) as stream:  # several times faster than gzip
            yield cast(BinaryIO, stream)
    elif suffix == ".zst":
        with pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd") as stream:
            yield cast(BinaryIO, stream)
    else:
        yield raw


@contextmanager
def named_faults(path: Path, *others: type[Exception]) -> Iterator[None]:
    """Turn exceptions from reading a damaged file, and `others`, into a PipelineError that names the file.

    A file that this user may not read is not damaged, nor is one of an unusual kind of zstd data.
    """
    faults: Any = (OSError, EOFError, zlib.error, igzip_lib.IsalError, UnicodeDecodeError, pa.ArrowException, *others)
    try:
        yield
    except faults as error:
        if environment_fault(error):
            raise
        if unusual := next((line for part, line in _UNUSUAL.items() if part in str(error)), None):
            raise PipelineError(f"{path}: {unusual}") from None
        raise PipelineError(f"{path}: damaged or truncated ({first_line(error)}); download it again") from None
