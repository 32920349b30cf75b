"""Builds the demo as a folder for any static host: `python -m demo.build`. It needs Python alone.

Writes demo/site: the page, ONNX Runtime for browsers from demo/vendor, the files of each release that has a compact
graph (preview/ and models/<student>/release), and models.json, which lists them.
"""

import json
import shutil
import sys
from pathlib import Path

from tinypt.files import atomic_path
from tinypt.runtime.errors import PipelineError

HERE = Path(__file__).parent
SITE, VENDOR = HERE / "site", HERE / "vendor"
PAGE = ("*.html", "*.css", "*.js")
RUNTIME = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
RELEASE = ("tokenizer.json", "config.json", "onnx/compact.onnx")


def build(root: Path = HERE.parent, site: Path = SITE) -> None:
    """Write `site` anew, with the releases below `root`.

    Raises:
        PipelineError: no release has a compact graph, or the runtime for browsers is missing.
    """
    releases = find_releases(root)
    if not releases:
        raise PipelineError(
            f"no model: neither {root / 'preview'} nor any models/<student>/release has {RELEASE[-1]}; run `make repro`"
        )
    with atomic_path(site) as temporary:
        temporary.mkdir()
        for file in (file for pattern in PAGE for file in sorted(HERE.glob(pattern))):
            shutil.copy(file, temporary)
        _copy(VENDOR, RUNTIME, temporary / "vendor", "run `make vendor`")
        for name, folder in releases.items():
            _copy(folder, RELEASE, temporary / "models" / name, "make the release again")
        models = [
            {"name": name, "folder": f"models/{name}/", "bytes": _size(folder)} for name, folder in releases.items()
        ]
        (temporary / "models.json").write_text(json.dumps(models, indent=2), encoding="utf-8")


def find_releases(root: Path) -> dict[str, Path]:
    """Folders of the releases that have a compact graph, by name: the preview first, then students in their order."""
    students = sorted((root / "models").glob("*/release"))
    found = {"preview": root / "preview"} | {folder.parent.name: folder for folder in students}
    return {name: folder for name, folder in found.items() if (folder / RELEASE[-1]).is_file()}


def _size(folder: Path) -> int:
    return sum((folder / name).stat().st_size for name in RELEASE)


def _copy(source: Path, names: tuple[str, ...], target: Path, remedy: str) -> None:
    for name in names:
        if not (source / name).is_file():
            raise PipelineError(f"{source / name}: no such file; {remedy}")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


if __name__ == "__main__":
    try:
        build()
    except PipelineError as error:
        sys.exit(f"demo: {error}")
