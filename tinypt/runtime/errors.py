"""The error for problems that the user can correct, and the summary of a library's error in one line."""

import errno
import re
from pathlib import Path

_FAULTS = {
    errno.EACCES: "this user may not read or write it; change its permissions",
    errno.EPERM: "this user may not change it; change its permissions or its owner",
    errno.EROFS: "it is on a read-only file system; move the project or TMPDIR to another",
    errno.EISDIR: "it is a folder, and a file is expected; remove or rename it",
    errno.ENOTDIR: "a part of its path is a file, and a folder is expected; remove or rename it",
    errno.EEXIST: "it is a file, or a link to nothing, and a folder is expected; remove it, or mount its disk",
    errno.EFBIG: "the file would be larger than the system allows; raise the limit (ulimit -f) or use another disk",
    errno.ENOSPC: "the disk is full; free space and run again",
    errno.EDQUOT: "the disk quota is used up; free space and run again",
    errno.EIO: "the device cannot be read or written; check the disk",
    errno.ENAMETOOLONG: "its name is too long for the file system; shorten it",
    errno.ELOOP: "it is a link to itself; remove it",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOMEM: "the memory is used up; end other programs, or lower a batch size or TINYPT_WORKERS, and run again",
}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Control characters, marks of a direction of writing, and what UTF-8 cannot write.
_UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NUMBER = re.compile(r"\b(?:os error |errno )(\d+)", re.IGNORECASE)
# PyTorch and NumPy do not even give the number.
_FULL = re.compile(
    r"No space left on device|inline_container.*unexpected pos|iostream error|\d+ requested and \d+ written", re.DOTALL
)
_MEMORY = re.compile(r"can't start new thread|can't allocate memory|out of memory|Cannot allocate memory|bad_alloc")


class PipelineError(Exception):
    """A wrong file, parameter or value that the user can correct.

    The message is one line: it names the file or parameter and says what to do. A stage prints the message without a
    traceback and exits with status 1 (see tinypt.runtime.run).
    """


def visible(text: str) -> str:
    """Text from data, files or names on one line of its own: characters that would hide or turn others are named.

    Otherwise a name with a line feed would look like two messages, and one with U+202E would read backwards.
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def first_line(error: Exception) -> str:
    """First line of an error's message, without a terminal's colours, to quote in a PipelineError."""
    return _COLOURS.sub("", str(error)).strip().split("\n")[0]


def environment_fault(error: BaseException) -> str | None:
    """A line about a fault of the machine, such as a full disk or a missing permission; None for any other error.

    The error's file is named; if it has none, its message is quoted.
    """
    number = _number(error)
    if number not in _FAULTS:
        return None
    where = getattr(error, "filename", None) or str(error).strip().split("\n")[0] or "output"
    return f"{where}: {_FAULTS[number]}"


def full_disk(error: BaseException, path: Path) -> str | None:
    """A line that names `path` if `error`, from writing it, says that there is no room; None for any other error."""
    number = _number(error)
    return f"{path}: {_FAULTS[number]}" if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else None


def _number(error: BaseException) -> int | None:
    """The system's error number. Libraries in Rust and C++ state it only in their message."""
    message = str(error)
    named = _NUMBER.search(message)
    number: int | None = getattr(error, "errno", None) or (int(named[1]) if named else None)
    if number is not None:
        return number
    if isinstance(error, MemoryError) or _MEMORY.search(message):
        return errno.ENOMEM
    return errno.ENOSPC if _FULL.search(message) else None
