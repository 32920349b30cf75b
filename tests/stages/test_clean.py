import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from stages import clean
from tests.conftest import sample_params
from tinypt.corpus.shards import SCHEMA, iter_texts, shard_name, write_shard
from tinypt.runtime.errors import PipelineError

TEXT = "O menino que não quis ir à escola ficou em casa com a avó e o avô, e foi muito bom para todos eles, disse {}."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"clean": sample_params()["clean"]}))
    names = "Ana Beto Caio Duda Elis Fábio".split()
    echoes = [" ".join(name * times for times in range(1, 9)) for name in names]  # so that the texts are no near copies
    _write(tmp_path, [TEXT.format(f"<b>{name}</b> {echo}") for name, echo in zip(names, echoes, strict=True)])
    return tmp_path


def _write(folder: Path, texts: list[str]) -> None:
    rows = [{"doc_id": str(index), "title": "", "uri": "", "text": text} for index, text in enumerate(texts)]
    write_shard(folder / "data/raw" / shard_name(0), [pa.Table.from_pylist(rows, schema=SCHEMA)])


def _outputs(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("data/clean", "data/measures", "metrics")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def test_outputs_metrics_and_no_work_left_behind(project: Path) -> None:
    clean.main()
    shards = [f"data/{name}/shard-00000.parquet" for name in ("clean", "measures")]
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
def test_a_run_killed_between_its_outputs_ends_well(project: Path, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
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


def test_work_of_other_parameters_is_not_taken_up(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(clean, "publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            clean.main()
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("markup: true", "markup: false"))
    clean.main()
    assert all("<b>" in text for text in iter_texts(project / "data/clean"))


def test_no_raw_corpus(project: Path) -> None:
    shutil.rmtree(project / "data/raw")
    with pytest.raises(PipelineError, match="data/raw"):
        clean.main()
