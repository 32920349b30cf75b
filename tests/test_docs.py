"""Examples in the documentation work when they are copied unchanged."""

import re
import shutil
from pathlib import Path

import pytest

from tinypt.inference.model import Model
from tinypt.params.loader import load
from tinypt.params.tasks import Task

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```yaml\n(tasks:.*?)^```", (ROOT / "docs/tasks.md").read_text(encoding="utf-8"), re.M | re.S)


def test_the_page_on_tasks_shows_some() -> None:
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("number", range(3), ids=["transformers", "sentence_transformers", "onnxruntime"])
def test_the_quick_starts_run_as_they_stand(
    number: int, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/use.md").read_text(encoding="utf-8"), re.M | re.S)
    assert len(examples) == 3
    if number == 1:
        pytest.importorskip("sentence_transformers", reason="pip install -r requirements-sentences.txt")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(release, "models/total_best/release")
    exec(examples[number], {})
    shown = capsys.readouterr().out
    if number == 1:
        assert shown.startswith("tensor([[")
    else:
        guesses = Model(release).fill("Nos fins de [MASK], a padaria abre cedo.")
        assert sum(guess.piece in shown for guess in guesses) >= 4  # transformers computes in fp32


@pytest.mark.parametrize("block", BLOCKS)
def test_tasks_can_be_copied_into_params_yaml(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in re.findall(r"id: (data/\S+)", block):  # the reader puts data there
        Path(folder).mkdir(parents=True)
    Path("params.yaml").write_text(block, encoding="utf-8")
    assert load("tasks", dict[str, Task])
