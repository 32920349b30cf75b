"""The bytes of data and metrics do not depend on the machine's settings, the number of workers, or the clone's path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, sample_params

PROGRAM = """
from pathlib import Path
import tinypt.corpus.writer as writer
from stages import clean, download, sample, select, split, tokenize
from tinypt.corpus.shards import iter_texts
from tinypt.files import sealed_path
from tinypt.tokens.vocabulary import make_tokenizer, train_vocabulary

writer.SHARD_BYTES = 100_000
for stage in (sample, download, clean, select, split):
    stage.main()
vocabulary = train_vocabulary(lambda: iter_texts(Path("data/split/train")), 300, True)
for model in ("teacher", "base"):
    with sealed_path(Path("models", model)) as folder:
        make_tokenizer(vocabulary, True, 64).save_pretrained(folder)
tokenize.main("base")
"""
PLAIN = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "TINYPT_WORKERS": "1"}
OTHERS = {"PYTHONHASHSEED": "77", "TZ": "America/Sao_Paulo", "LC_ALL": "C", "TINYPT_WORKERS": "2"}


def _run(clone: Path, settings: dict[str, str]) -> dict[str, bytes]:
    """Run the stages in a clone. Returns the content of every file that they wrote, by path."""
    for folder in ("stages", "tinypt"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__"))
    params = sample_params()
    params["corpus"]["documents"] = 400
    (clone / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(clone)} | settings
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=clone, env=environment, check=True)
    files = [path for folder in ("data", "metrics") for path in sorted((clone / folder).rglob("*")) if path.is_file()]
    return {path.relative_to(clone).as_posix(): path.read_bytes() for path in files}


@pytest.mark.long
def test_no_setting_changes_a_byte(tmp_path: Path) -> None:
    first = _run(tmp_path / "plain", PLAIN)
    second = _run(tmp_path / "x é y's \\ `$HOME`", OTHERS)
    assert sum(name.startswith("data/raw/shard") for name in first) > 3
    assert any(name.startswith("data/tokens") for name in first)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
