"""Compiling functions over arrays to machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

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
