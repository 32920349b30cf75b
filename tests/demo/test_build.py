"""The folder of the demo, without a browser: what is in it, and what the server says of it."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from demo import build as module
from demo.build import HERE, RELEASE, RUNTIME, build
from demo.serve import server
from tinypt.runtime.errors import PipelineError


@pytest.fixture(autouse=True)
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime of two small files."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    for name in RUNTIME:
        (folder / name).write_text(name)
    monkeypatch.setattr(module, "VENDOR", folder)
    return folder


def add_release(folder: Path, size: int = 10) -> None:
    for name in RELEASE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x" * size)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a preview, two students, and one whose release has no compact graph."""
    add_release(tmp_path / "preview")
    for name in ("total", "partial"):
        add_release(tmp_path / "models" / name / "release", size=100)
    (tmp_path / "models/old/release").mkdir(parents=True)
    return tmp_path


def test_the_list_names_every_release_that_the_page_can_run(root: Path, tmp_path: Path) -> None:
    build(root, tmp_path / "site")
    listed = json.loads((tmp_path / "site/models.json").read_text())
    assert [model["name"] for model in listed] == ["preview", "partial", "total"]
    assert [model["bytes"] for model in listed] == [30, 300, 300]
    for model in listed:
        assert all((tmp_path / "site" / model["folder"] / file).is_file() for file in RELEASE)


def test_it_needs_python_alone() -> None:
    program = "import sys, demo.serve; print({'numpy', 'xxhash', 'psutil', 'yaml'} & {*sys.modules} or 'alone')"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=HERE.parent, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("alone\n", "")


def test_the_folder_holds_all_that_the_page_names(root: Path, tmp_path: Path) -> None:
    build(root, tmp_path / "site")
    for file in [*(tmp_path / "site").glob("*.js"), tmp_path / "site/index.html"]:
        source = file.read_text(encoding="utf-8")
        for name in re.findall(r'(?:from|href=|src=) ?"(?!data:)([^"]+)"', source):
            assert (tmp_path / "site" / name).is_file(), f"{file.name}: {name}"
        assert "//" not in re.sub(r"^\s*//.*|\s// .*", "", source, flags=re.M), "an address of another host"
    assert all((tmp_path / "site/vendor" / name).is_file() for name in RUNTIME)


def test_a_new_build_replaces_the_old(root: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/stale.js").touch()
    build(root, tmp_path / "site")
    assert not (tmp_path / "site/stale.js").exists()


def test_no_release_and_no_runtime_are_said(root: Path, tmp_path: Path, vendor: Path) -> None:
    with pytest.raises(PipelineError, match=r"no model: .*preview nor .*run `make repro`"):
        build(tmp_path / "empty", tmp_path / "site")
    (vendor / RUNTIME[0]).unlink()
    with pytest.raises(PipelineError, match=rf"{RUNTIME[0]}: no such file; run `make vendor`"):
        build(root, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_npm_is_pinned_by_hash_and_names_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_make_copies_the_files_that_the_page_loads() -> None:
    makefile = (HERE.parent / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"onnxruntime-web/dist/,([^)]*)\)", makefile) == [" ".join(RUNTIME)]


@pytest.fixture
def served(root: Path, tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    build(root, tmp_path / "site")
    with server(tmp_path / "site") as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_files_come_from_the_loopback_with_their_types(served: ThreadingHTTPServer) -> None:
    assert served.server_address[0] == "127.0.0.1"
    address = f"http://127.0.0.1:{served.server_port}"
    types = {
        "": "text/html",
        "app.js": "text/javascript",
        f"vendor/{RUNTIME[0]}": "text/javascript",
        f"vendor/{RUNTIME[1]}": "application/wasm",
        "style.css": "text/css",
        "models.json": "application/json",
    }
    for name, kind in types.items():
        with urlopen(f"{address}/{name}") as answer:
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Cache-Control"] == "no-cache"
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{address}/../preview/config.json")


def test_a_taken_port_leads_to_another(served: ThreadingHTTPServer, tmp_path: Path) -> None:
    with server(tmp_path / "site") as other:
        assert other.server_port != served.server_port
