"""Help on a stage, from its source: the stage is not imported, which can take seconds."""

import ast
import sys
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
        print(stage_help(file))
        sys.exit()


def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
