"""The one error a user is meant to read."""


class PipelineError(Exception):
    """Bad input: a file, a parameter or a value the user can put right.

    Its message is one line that names the file or parameter at fault and says what to do; a stage
    prints it alone, without a traceback, and ends with exit status 1 (see tinypt.runtime.run).
    """
