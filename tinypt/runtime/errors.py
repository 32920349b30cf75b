"""The error for problems that the user can correct, and the summary of a library's error in one."""


class PipelineError(Exception):
    """A wrong file, parameter or value that the user can correct.

    The message is one line: it names the file or parameter and says what to do. A stage prints the message without a
    traceback and exits with status 1 (see tinypt.runtime.run).
    """


def first_line(error: Exception) -> str:
    """First line of an error's message, to quote in a PipelineError."""
    return str(error).strip().split("\n")[0]
