"""Build the demo and serve it to this machine: `python -m demo.serve`. It needs Python alone."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from demo.build import SITE, build
from tinypt.runtime.errors import PipelineError

PORTS = (8000, 0)  # 0: one that is free


class Handler(SimpleHTTPRequestHandler):
    """Files, under the types that browsers want, whatever this machine knows of types; each is asked for anew."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        """Let the browser ask whether a file has changed: after a new build it has."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing of requests."""


def server(folder: Path) -> ThreadingHTTPServer:
    """A server of `folder` on the loopback interface, at the first free port of PORTS."""
    handler = partial(Handler, directory=str(folder))
    for port in PORTS:
        try:
            return ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError as error:
            taken = error
    raise taken


def main() -> None:
    """Build and serve until Ctrl+C."""
    build()
    with server(SITE) as running:
        print(f"the demo is at http://127.0.0.1:{running.server_port}/ (Ctrl+C ends it)", flush=True)
        running.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except PipelineError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        print()
