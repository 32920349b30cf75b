"""Help on a stage, from its source: the stage is not imported, which can take seconds."""

import ast
import os
import sys
from contextlib import suppress
from pathlib import Path

HELP = {"-h", "--help"}


def usage(file: Path) -> str:
    """The command line of the stage in `file`, from the signature of its `main`."""
    (main,) = (node for node in _parse(file).body if isinstance(node, ast.FunctionDef) and node.name == "main")
    names = [f"<{argument.arg}>" for argument in main.args.args]
    first = len(names) - len(main.args.defaults)
    names[first:] = [f"[{name}]" for name in names[first:]]
    if main.args.vararg:
        names.append(f"[<{main.args.vararg.arg}>]")
    return " ".join([f"usage: python -m stages.{file.stem}", *names])


def stage_help(file: Path) -> str:
    """The command line and the docstring of the stage in `file`."""
    return f"{usage(file)}\n\n{ast.get_docstring(_parse(file)) or ''}"


def help_without_import(folder: Path) -> None:
    """Print the help and exit, if this process is `python -m stages.<name> --help`. `folder` is that of the stages."""
    if sys.argv[0] != "-m" or not HELP & set(sys.argv[1:]) or "-m" not in sys.orig_argv:
        return
    file = folder / (sys.orig_argv[sys.orig_argv.index("-m") + 1].removeprefix("stages.") + ".py")
    if file.is_file():
        show(stage_help(file))
        sys.exit()


def show(text: str) -> None:
    """Print `text`; end in one line where standard output cannot take it, and in none where its reader has left."""
    try:
        print(text, flush=True)
    except OSError as error:
        discard_output()
        sys.exit(1 if isinstance(error, BrokenPipeError) else f"standard output: {error.strerror}; print elsewhere")


def discard_output() -> None:
    """Send what standard output cannot take to nowhere: the end of the process would try again to write it."""
    with suppress(OSError):
        sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
