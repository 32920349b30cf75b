"""A Hugging Face hub on the loopback: the routes that huggingface_hub, datasets and transformers use, and their faults.

Repositories are held in memory. As on the real hub, large files are LFS: they are served from another origin, behind a
signed address, and announced with their SHA-256. Small files are announced with git's SHA-1.
"""

import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

LFS = (".bin", ".parquet", ".safetensors", ".model")
GOOD_TOKEN = f"hf_{uuid4().hex}"  # in no source file, so a test can look for it everywhere
Files = dict[str, bytes]


@dataclass
class Repository:
    """Files of each commit, by commit and path. Those of a gated one need GOOD_TOKEN; its list and README.md do not."""

    commits: dict[str, Files]
    gated: bool = False


@dataclass
class Fault:
    """What happens to the next `times` requests whose path and query match `path`.

    status, headers: the answer. cut: the connection is closed after so many bytes of the body. short: so many bytes are
    sent as if they were all. flip: the place of a byte that is changed. stall: seconds before anything is sent.
    """

    path: str
    times: int = 10**9
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    short: int | None = None
    flip: int | None = None
    stall: float = 0.0


@dataclass
class Request:
    """A request that the hub received."""

    method: str
    host: str
    path: str
    range: str | None
    token: str


class Hub:
    """Repositories by kind and id, such as `models/prajjwal1/bert-tiny`; the requests so far; and faults to come."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.stopped = threading.Event()  # ends stalls

        class Bound(_Handler):
            hub = self

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Hub"]:
        """Serve until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopped.set()
            self._server.shutdown()
            self._server.server_close()

    def fault(self, request: str) -> Fault:
        """The fault that meets a request, or one that does nothing."""
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.path, request):
                fault.times -= 1
                return fault
        return Fault("")

    def paths(self, method: str = "GET") -> list[str]:
        """Paths of the requests so far."""
        return [request.path for request in self.requests if request.method == method]

    def blob(self, digest: str) -> bytes:
        """The LFS file with this SHA-256."""
        files = (
            file
            for repository in self.repositories.values()
            for commit in repository.commits.values()
            for file in commit.values()
        )
        return next(file for file in files if hashlib.sha256(file).hexdigest() == digest)


def entry(path: str, content: bytes) -> dict[str, Any]:
    """A file as the tree lists it."""
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    found: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git}
    if path.endswith(LFS):
        sha256 = hashlib.sha256(content).hexdigest()
        found["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 134}
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub
    active: Fault

    def log_message(self, *_: Any) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client has gone
            self.close_connection = True

    def do_HEAD(self) -> None:
        self._route()

    def do_GET(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route()

    def _route(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        host = self.headers.get("Host", "")
        self.hub.requests.append(Request(self.command, host, self.path, self.headers.get("Range"), token))
        self.active = self.hub.fault(self.path)
        self.hub.stopped.wait(self.active.stall) if self.active.stall else None
        if self.active.status is not None:
            return self._reply(self.active.status, b"", self.active.headers)
        path = unquote(urlsplit(self.path).path)
        if found := re.fullmatch(r"/cdn/([0-9a-f]{64})", path):
            return self._file(self.hub.blob(found[1]), {"ETag": f'"{found[1]}"'})
        if token and token != GOOD_TOKEN:
            return self._error(401, None, "Invalid credentials in Authorization header")
        if path == "/api/whoami-v2":
            return self._json({"name": "someone", "type": "user"}) if token else self._error(401, None, "no token")
        if found := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._resolve(found[1] or "models/", found[2], found[3], found[4], token)
        if found := re.fullmatch(
            r"/api/(models/|datasets/)([^/]+/[^/]+)/(revision|tree|paths-info)/([^/]+)/?(.*)", path
        ):
            return self._api(*found.groups(), token, body)
        return self._error(404, None, f"no route {path}")

    def _commit(self, kind: str, name: str, revision: str, token: str, gate: bool = False) -> Files | None:
        """Files of a commit; None where an error was sent."""
        repository = self.hub.repositories.get(kind + name)
        if repository is None:
            return self._error(404 if token else 401, "RepoNotFound", "Repository not found")
        if gate and repository.gated and token != GOOD_TOKEN:
            return self._error(403 if token else 401, "GatedRepo", f"Access to {name} is restricted.")
        if revision not in repository.commits:
            return self._error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return repository.commits[revision]

    def _api(self, kind: str, name: str, action: str, revision: str, folder: str, token: str, body: bytes) -> None:
        files = self._commit(kind, name, revision, token)
        if files is None:
            return None
        if action == "revision":
            return self._json(
                {
                    **{"_id": "0" * 24, "id": name, "modelId": name, "sha": revision, "private": False, "tags": []},
                    **{"gated": "manual" if self.hub.repositories[kind + name].gated else False, "downloads": 1},
                    **{"likes": 1, "lastModified": "2024-02-09T01:58:02.000Z", "disabled": False},
                    "siblings": [{"rfilename": path} for path in sorted(files)],
                }
            )
        if action == "paths-info":
            asked = json.loads(body) if body[:1] == b"{" else parse_qs(body.decode())
            return self._json([entry(path, files[path]) for path in asked["paths"] if path in files])
        recursive = "recursive=true" in self.path.lower()
        inside = [path for path in sorted(files) if path.startswith(f"{folder}/" if folder else "")]
        entries: dict[str, dict[str, Any]] = {}
        for path in inside:
            rest = path[len(folder) + 1 if folder else 0 :].split("/")
            parents = ["/".join(([folder] if folder else []) + rest[: depth + 1]) for depth in range(len(rest) - 1)]
            for parent in parents if recursive else parents[:1]:
                oid = hashlib.sha1(parent.encode()).hexdigest()
                entries[parent] = {"type": "directory", "path": parent, "size": 0, "oid": oid}
            if recursive or len(rest) == 1:
                entries[path] = entry(path, files[path])
        if folder and not entries:
            return self._error(404, "EntryNotFound", f"{folder} does not exist")
        return self._json(list(entries.values()))

    def _resolve(self, kind: str, name: str, revision: str, path: str, token: str) -> None:
        files = self._commit(kind, name, revision, token, gate=path != "README.md")
        if files is None:
            return None
        if path not in files:
            return self._error(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": revision})
        told = entry(path, files[path])
        if "lfs" in told:
            digest = told["lfs"]["oid"]
            headers = {"Location": f"http://localhost:{self.hub.port}/cdn/{digest}?X-Amz-Signature=secret"}
            headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(told["size"])}
            return self._reply(302, b"", headers | {"X-Repo-Commit": revision})
        return self._file(files[path], {"ETag": f'"{told["oid"]}"', "X-Repo-Commit": revision})

    def _file(self, content: bytes, headers: dict[str, str]) -> None:
        size, first, last, status = len(content), 0, len(content) - 1, 200
        if self.active.flip is not None:
            place = self.active.flip
            content = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            first, last, status = int(found[1]), min(int(found[2] or last), last), 206
            if first >= size:
                return self._reply(416, b"", {"Content-Range": f"bytes */{size}"})
            headers = headers | {"Content-Range": f"bytes {first}-{last}/{size}"}
        return self._reply(status, content[first : last + 1], headers | {"Accept-Ranges": "bytes"})

    def _json(self, content: Any) -> None:
        self._reply(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _error(self, status: int, code: str | None, message: str, headers: dict[str, str] | None = None) -> None:
        told = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        self._reply(status, json.dumps({"error": message}).encode(), (headers or {}) | told)

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        cut = self.active.cut if self.active.cut is not None and self.active.cut < len(body) else None
        body = body[: self.active.short] if self.command == "GET" else body
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
