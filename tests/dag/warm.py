"""A `python` that starts warm: a server that has imported the large packages forks a process for each `python -m`.

One run of the pipeline starts some thirty interpreters, and importing PyTorch and transformers is most of their work.
The server imports nothing of this project: each process imports it from the working copy that it runs in.
"""

import gc
import importlib
import os
import pickle
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# None of these starts a thread, as polars, pyarrow and onnxruntime do: a fork has only the thread that forked.
LARGE = (
    "torch scipy.stats transformers.pipelines transformers.models.bert.modeling_bert "
    "transformers.models.bert.tokenization_bert transformers.models.auto.modeling_auto "
    "transformers.models.auto.tokenization_auto numba ftfy matplotlib.figure "
    "dvc.cli dvc.repo dvc.repo.reproduce dvc.commands.repro dvc.commands.experiments.run dvc.repo.experiments.run"
).split()


@contextmanager
def warm_python() -> Iterator[Path]:
    """A folder with a `python` that asks a server, for the front of PATH. It starts anything but `-m` as usual."""
    folder = Path(tempfile.mkdtemp())  # short: the path of a socket is at most 107 bytes
    client = folder / "python"
    client.write_text(
        f'#!/bin/sh\n[ "$1" = -m ] || exec {sys.executable} "$@"\n'
        f'exec {sys.executable} -IS {__file__} client {folder}/socket "$@"\n',
        encoding="utf-8",
    )
    client.chmod(0o755)
    command = [sys.executable, __file__, "server", str(folder / "socket")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield folder
        server.terminate()
    shutil.rmtree(folder)


def _serve(path: str) -> None:
    for name in LARGE:
        importlib.import_module(name)
    gc.freeze()  # each fork would look through all of it at its end, and so copy it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes forked here
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return _run(connection)
        connection.close()


def _run(connection: socket.socket) -> None:
    """Become the program that the client asks for; a parent left behind sends its exit status."""
    _, standard, _, _ = socket.recv_fds(connection, 1, 3)
    arguments, folder, environment = pickle.load(connection.makefile("rb"))
    if program := os.fork():
        _, status = os.waitpid(program, 0)
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
        os._exit(0)
    connection.close()
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    sys.argv = arguments[1:]
    runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)


def _ask(path: str, arguments: list[str]) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [b"."], [0, 1, 2])
        connection.sendall(pickle.dumps((arguments, os.getcwd(), dict(os.environ))))
        return (connection.recv(1) or b"\xff")[0]


if __name__ == "__main__":
    role, path, *arguments = sys.argv[1:]
    if role == "server":
        _serve(path)
    else:
        sys.exit(_ask(path, arguments))
