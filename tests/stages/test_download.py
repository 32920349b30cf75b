"""The download stage: killed at any point and run again, it gives the bytes of an uninterrupted run."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tinypt.corpus.manifest import checksum
from tinypt.corpus.shards import read_shard

ROOT = Path(__file__).parents[2]

PROGRAM = """
import os, signal
import tinypt.corpus.sources as sources
import tinypt.corpus.vert as vert
import tinypt.corpus.writer as writer
import stages.download as download
from tinypt.runtime.run import run

writer.SHARD_BYTES, writer.GROUP_BYTES, sources.ROWS, vert.CHUNK = 2000, 900, 7, 700

def after(times, module, name, wanted, do):
    # Replaces module.name: when it was called `times` times on a path named `wanted`, do() follows.
    original, calls = getattr(module, name), []
    def wrapped(*arguments):
        original(*arguments)
        calls.extend(argument for argument in arguments if str(argument).endswith(wanted))
        if len(calls) == times:
            do()
    setattr(module, name, wrapped)

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def full(*_):
    raise OSError(28, "No space left on device", "data/raw")

{fault}
run(download.main)
"""

FAULTS = {
    "after a shard, before its state": 'after(1, writer, "write_shard", "shard-00002.parquet", kill)',
    "after a state": 'after(3, download, "_save", "states", kill)',
    "after the metrics": 'after(1, download, "write_json", "download.json", kill)',
    "after publishing": 'after(1, download, "publish", "data/raw", kill)',
    "on a full disk": "download.publish = full",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with parameters, and a source with several small shards and a few unusable rows."""
    (tmp_path / "in").mkdir()
    rows = ({"id": i, "text": f"documento {i} " * 5 if i % 7 else ""} for i in range(200))
    (tmp_path / "in/a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "params.yaml").write_text(
        "seed: 1\ncorpus:\n  source: files\n  paths: [in/*.jsonl]\n  text_column: text\n  document: file\n",
        encoding="utf-8",
    )
    return tmp_path


def _download(project: Path, fault: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HOME": str(project / "home")}
    program = [sys.executable, "-c", PROGRAM.replace("{fault}", fault)]
    return subprocess.run(program, cwd=project, env=environment, capture_output=True, text=True, check=False)


def _outputs(project: Path) -> dict[str, bytes]:
    files = [*(project / "data").rglob("*"), *(project / "metrics").rglob("*")]
    return {str(file.relative_to(project)): file.read_bytes() for file in files if file.is_file()}


def _remove_outputs(project: Path) -> None:
    """Remove the outputs, as DVC does before it runs a stage."""
    for folder in ("data", "metrics"):
        shutil.rmtree(project / folder, ignore_errors=True)


def test_metrics_are_written_and_unfinished_work_is_removed(project: Path) -> None:
    assert _download(project).returncode == 0
    metrics = json.loads((project / "metrics/download.json").read_text(encoding="utf-8"))
    assert metrics["documents"] == 171
    assert metrics["skipped"] == {"empty_text": 29}
    assert metrics["shards"] == len(list((project / "data/raw").glob("*.parquet"))) > 3
    assert not [path for path in (project / ".cache").rglob("*") if path.is_file()]


def test_a_killed_run_gives_the_same_bytes(project: Path) -> None:
    assert _download(project).returncode == 0
    whole = _outputs(project)
    for place, fault in FAULTS.items():
        _remove_outputs(project)
        assert _download(project, fault).returncode != 0, place
        _remove_outputs(project)
        again = _download(project)
        assert (again.returncode, again.stderr) == (0, "corpus: documents by path: in/*.jsonl 171\n"), place
        assert _outputs(project) == whole, place


def test_a_rerun_continues_after_the_last_finished_shard(project: Path) -> None:
    _download(project, FAULTS["after a state"])
    (shard,) = (project / ".cache").rglob("shard-00000.parquet")
    before = shard.stat().st_mtime_ns
    assert _download(project).returncode == 0
    assert (project / "data/raw/shard-00000.parquet").stat().st_mtime_ns == before


def test_damaged_unfinished_work_is_named_and_read_again(project: Path) -> None:
    """Shards before the damage are kept."""
    assert _download(project).returncode == 0
    whole = _outputs(project)
    _remove_outputs(project)
    _download(project, FAULTS["after a state"])
    shutil.copytree(project / ".cache", project / "killed")
    for name, damage, kept in [
        ("shard-00001.parquet", lambda content: content[:99] + bytes([content[99] ^ 1]) + content[100:], 1),
        ("shard-00000.parquet", lambda content: content[: len(content) // 2], 0),
        ("2.json", lambda content: content.replace(b"1", b"2", 1), 1),
        ("1.json", lambda content: b"", 0),
    ]:
        _remove_outputs(project)
        shutil.rmtree(project / ".cache")
        shutil.copytree(project / "killed", project / ".cache")
        (file,) = (project / ".cache").rglob(name)
        file.write_bytes(damage(file.read_bytes()))
        times = [shard.stat().st_mtime_ns for shard in sorted((project / ".cache").rglob("shard-*.parquet"))]
        again = _download(project)
        first, *rest = again.stderr.splitlines()
        assert (again.returncode, rest) == (0, ["corpus: documents by path: in/*.jsonl 171"]), again.stderr
        assert f"{name}: unfinished work, damaged" in first
        assert _outputs(project) == whole
        shards = sorted((project / "data/raw").glob("shard-*.parquet"))
        untouched = [shard.stat().st_mtime_ns == time for shard, time in zip(shards, times, strict=False)]
        assert untouched == [place < kept for place in range(len(times))], name


def test_stray_files_in_unfinished_work_are_not_published(project: Path) -> None:
    assert _download(project).returncode == 0
    whole = _outputs(project)
    _remove_outputs(project)
    _download(project, FAULTS["after a state"])
    (states,), (shards,) = ((project / ".cache/download").glob(f"*/{name}") for name in ("states", "shards"))
    for name in ("shard-00099.parquet", "notes.txt"):
        shutil.copy(shards / "shard-00000.parquet", shards / name)
    for name in ("x.json", "-1.json", "9.json", "²"):
        shutil.copy(states / "2.json", states / name)
    assert _download(project).returncode == 0
    assert _outputs(project) == whole


@pytest.mark.parametrize("source", ["vert", "hub"])
@pytest.mark.long
def test_other_sources_continue_to_the_same_bytes(project: Path, source: str) -> None:
    body = "<p>\n<s>\num\ntexto\nsobre\nnada\n</s>\n</p>\n</doc>\nstray\n"
    vert = "".join(f'<doc docid="{i}" title="" uri="">\n{body}' for i in range(500))
    (project / "in/a.vert.gz").write_bytes(gzip.compress(vert.encode()))
    block = "source: vert\n  path: in/a.vert.gz\n"
    if source == "hub":
        (project / "in/a.vert.gz").unlink()
        keys = {"id": "in", "split": "train", "text_column": "text"}
        nothing = dict.fromkeys(["configuration", "revision", "documents"], "null")
        block = "source: hub\n" + "".join(f"  {key}: {value}\n" for key, value in {**keys, **nothing}.items())
    (project / "params.yaml").write_text(f"seed: 1\ncorpus:\n  {block}", encoding="utf-8")
    assert _download(project).returncode == 0
    whole = _outputs(project)
    _remove_outputs(project)
    assert _download(project, FAULTS["after a state"]).returncode == -signal.SIGKILL
    again = _download(project)
    assert (again.returncode, again.stderr) == (0, "")
    assert _outputs(project) == whole


def test_the_manifest_describes_the_shards(project: Path) -> None:
    _download(project)
    raw = project / "data/raw"
    manifest = json.loads((raw / "manifest.json").read_text(encoding="utf-8"))
    checksums = {path.name: checksum(read_shard(path)) for path in raw.glob("*.parquet")}
    assert {entry["file"]: entry["xxh3_128"] for entry in manifest["shards"]} == checksums
    metrics = json.loads((project / "metrics/download.json").read_text(encoding="utf-8"))
    assert manifest["source"]["source"] == "files"
    assert sum(entry["documents"] for entry in manifest["shards"]) == metrics["documents"]


def test_changed_input_starts_a_new_download(project: Path) -> None:
    _download(project, FAULTS["after a state"])
    (project / "in/0.jsonl").write_text('{"id": "new", "text": "primeiro documento"}\n', encoding="utf-8")
    assert _download(project).returncode == 0
    resumed = _outputs(project)
    _remove_outputs(project)
    assert _download(project).returncode == 0
    assert _outputs(project) == resumed


def test_a_source_without_documents_is_refused(project: Path) -> None:
    (project / "in/a.jsonl").write_text('{"text": ""}\n', encoding="utf-8")
    done = _download(project)
    assert done.returncode == 1
    skipped, error = done.stderr.splitlines()
    assert skipped == "in/a.jsonl: of 1 rows these were skipped: empty_text 1"
    assert "no usable document" in error
    assert not (project / "data").exists()
