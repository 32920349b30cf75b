"""The error for problems that the user can correct."""


class PipelineError(Exception):
    """A wrong file, parameter or value that the user can correct.

    The message is one line: it names the file or parameter and says what to do. A stage prints the message without a
    traceback and exits with status 1 (see tinypt.runtime.run).
    """
