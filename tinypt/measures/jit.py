"""Compiling functions over arrays to machine code, and access to the bytes of a column of texts."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])


def inner(function: Function) -> Function:
    """Mark a function that only compiled functions of the same file call; it is compiled as a part of them."""
    return cast(Function, njit(function, nogil=True, error_model="numpy"))


def compiled(function: Function) -> Function:
    """Compile `function` at its first call for its argument types, and cache the machine code on disk.

    The cache is next to the source, or in the user's cache folder if the package is read-only, or in
    NUMBA_CACHE_DIR. If no folder is writable, every process compiles again. Only a change of the source file
    invalidates the cache, so constants and inner functions must be in the same file.
    """
    try:
        return cast(Function, njit(function, cache=True, nogil=True, error_model="numpy"))
    except RuntimeError:  # numba found no folder to write to
        return cast(Function, njit(function, nogil=True, error_model="numpy"))


def utf8(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Access the bytes of a string or large_string array without copying them.

    Args:
        texts: array without nulls.

    Returns:
        The bytes, at least one, and the bounds of the texts, int64 [texts + 1]. Text i is
        bytes[bounds[i] : bounds[i + 1]].
    """
    _, offsets, data = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    bounds = np.zeros(1, dtype=np.int64)
    if len(texts):
        bounds = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, dtype=np.uint8), bounds
