"""Examples in the documentation work when they are copied unchanged."""

import re
from pathlib import Path

import pytest

from tinypt.params.loader import load
from tinypt.params.tasks import Task

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```yaml\n(tasks:.*?)^```", (ROOT / "docs/tasks.md").read_text(encoding="utf-8"), re.M | re.S)


def test_the_page_on_tasks_shows_some() -> None:
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("block", BLOCKS)
def test_tasks_can_be_copied_into_params_yaml(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in re.findall(r"id: (data/\S+)", block):  # the reader puts data there
        Path(folder).mkdir(parents=True)
    Path("params.yaml").write_text(block, encoding="utf-8")
    assert load("tasks", dict[str, Task])
