"""Compiling functions over arrays to machine code, and the arrays that a column of texts is."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])


def inner(function: Function) -> Function:
    """A function that only compiled functions of the same file call; it is compiled and kept as a part of them."""
    return cast(Function, njit(function, nogil=True, error_model="numpy"))


def compiled(function: Function) -> Function:
    """Compile `function` at its first call for its arguments' types, and keep the machine code on disk.

    It is kept beside the source, or in the user's cache folder where the package cannot be written to, or in
    NUMBA_CACHE_DIR; where nothing can be written, every process compiles anew. A change of the source file
    makes it useless, a change of another file does not: constants and inner functions have to stand in the
    same file.
    """
    try:
        return cast(Function, njit(function, cache=True, nogil=True, error_model="numpy"))
    except RuntimeError:  # numba found no folder to write to
        return cast(Function, njit(function, nogil=True, error_model="numpy"))


def utf8(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of a string or large_string array without nulls, not copied, and where in them its texts begin and end.

    The bytes are never none, and of the texts' bounds, int64 [texts + 1], one is the next one's begin.
    """
    _, offsets, data = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    bounds = np.zeros(1, dtype=np.int64)
    if len(texts):
        bounds = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, dtype=np.uint8), bounds
