import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from stages import clean
from tests.conftest import ROOT, sample_params, seal
from tinypt.corpus.shards import SCHEMA, iter_texts, shard_name, write_shard
from tinypt.runtime.errors import PipelineError

TEXT = "O menino que não quis ir à escola ficou em casa com a avó e o avô, e foi muito bom para todos eles, disse {}."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"clean": sample_params()["clean"]}))
    names = "Ana Beto Caio Duda Elis Fábio".split()
    echoes = [
        " ".join(name * times for times in range(1, 9)) for name in names
    ]  # keeps the texts from being near duplicates
    _write(tmp_path, [TEXT.format(f"<b>{name}</b> {echo}") for name, echo in zip(names, echoes, strict=True)])
    return tmp_path


def _write(folder: Path, texts: list[str]) -> None:
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    write_shard(folder / "data/raw" / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])
    seal(folder / "data/raw")


def _outputs(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("data/clean", "data/measures", "metrics")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def test_outputs_and_metrics_are_written_and_no_work_is_left(project: Path) -> None:
    clean.main()
    files = ("checksums.xxh3", "shard-00000.parquet")
    shards = [f"data/{name}/{file}" for name in ("clean", "measures") for file in files]
    assert list(_outputs(project)) == [*shards, "metrics/clean.json"]
    metrics = json.loads((project / "metrics/clean.json").read_text())
    assert metrics["repairs"]["markup"]["documents"] == metrics["documents"] == 6
    assert not any("<" in text for text in iter_texts(project / "data/clean"))
    assert not list((project / ".cache/clean").iterdir())


def test_a_second_run_writes_the_same_bytes(project: Path) -> None:
    clean.main()
    first = _outputs(project)
    clean.main()
    assert _outputs(project) == first


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_run_killed_between_its_outputs_can_be_repeated(
    project: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    clean.main()
    first = _outputs(project)
    for folder in ("data/clean", "data/measures", "metrics"):
        shutil.rmtree(project / folder)
    left = calls
    real = clean.publish

    def publish_or_die(folder: Path, path: Path) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        real(folder, path)

    with monkeypatch.context() as patch:
        patch.setattr(clean, "publish", publish_or_die)
        patch.setattr(clean, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            clean.main()
    clean.main()
    assert _outputs(project) == first


def _kill_before_publishing(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(clean, "publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            clean.main()


def test_unfinished_work_for_other_parameters_is_not_used(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _kill_before_publishing(monkeypatch)
    without = sample_params()["clean"] | {"repairs": ["urls"]}
    (project / "params.yaml").write_text(yaml.safe_dump({"clean": without}))
    clean.main()
    assert all("<b>" in text for text in iter_texts(project / "data/clean"))


@pytest.mark.parametrize("name", ["cleaning/text.py", "measures/kernel.py", "corpus/shards.py", None])
def test_unfinished_work_by_other_code_is_not_used(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """The unfinished shard is replaced by one that shows in the output if it is used."""
    _kill_before_publishing(monkeypatch)
    (shard,) = Path().glob(".cache/clean/*/clean/*.parquet")
    table = pq.read_table(shard)
    write_shard(shard, [table.set_column(3, SCHEMA.field(3), pa.array(["left by a killed run"] * len(table)))])
    if name:
        (code,) = (path for path in clean.CODE if path.match(name))
        changed = project / code.name
        changed.write_text(code.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
        monkeypatch.setattr(clean, "CODE", [changed if path == code else path for path in clean.CODE])
    clean.main()
    used = set(iter_texts(project / "data/clean")) == {"left by a killed run"}
    assert used == (name is None)


def test_the_fingerprint_covers_all_code_that_decides_the_content_of_a_shard() -> None:
    """Every module that `clean_corpus` imports, except those that cannot change a byte of its output."""
    listing = "import sys, tinypt.cleaning.clean; print(*(name for name in sys.modules if name.startswith('tinypt.')))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    # Parameters are part of the fingerprint by value; the other modules only run, report and place files.
    exempt = re.compile(r"tinypt\.(corpus|params(\..+)?|runtime(\..+)?|executors|files)")
    names = [name for name in done.stdout.split() if not exempt.fullmatch(name)]
    files = {Path(file) for file in (importlib.import_module(name).__file__ for name in names) if file}
    assert len(files) > 10
    assert files <= set(clean.CODE)


def test_a_missing_raw_corpus_is_an_error(project: Path) -> None:
    shutil.rmtree(project / "data/raw")
    with pytest.raises(PipelineError, match="data/raw"):
        clean.main()
