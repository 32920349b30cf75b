"""Examples in the documentation work when they are copied unchanged."""

import re
from pathlib import Path

import pytest

from tinypt.params.corpus import Corpus
from tinypt.params.loader import load
from tinypt.params.tasks import Task

ROOT = Path(__file__).parents[1]


def _blocks(page: str, section: str) -> list[str]:
    return re.findall(rf"^```yaml\n({section}:.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)


TASKS, CORPORA = _blocks("docs/tasks.md", "tasks"), _blocks("docs/data.md", "corpus")


def test_the_pages_on_tasks_and_data_show_some() -> None:
    assert (len(TASKS), len(CORPORA)) == (3, 3)


@pytest.mark.parametrize("block", TASKS)
def test_tasks_can_be_copied_into_params_yaml(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in re.findall(r"id: (inputs/\S+)", block):  # the reader puts data there
        Path(folder).mkdir(parents=True)
    Path("params.yaml").write_text(block, encoding="utf-8")
    assert load("tasks", dict[str, Task])


@pytest.mark.parametrize("block", CORPORA)
def test_a_corpus_can_be_copied_into_params_yaml(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(block, encoding="utf-8")
    load("corpus", Corpus)
