"""The table of branches and experiments fits a screen; DVC shows scores alone as metrics."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci import experiments

ROOT = Path(__file__).parents[2]
SCREEN = 100  # characters


def state(name: str | None, temperature: float, change: float, found: list[Any] | None = None) -> dict[str, Any]:
    """As `dvc exp show --json` gives a revision: all parameters of the sample, and all committed scores."""
    params = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    params["students"]["total"]["distill"]["temperature"] = temperature
    metrics = {}
    for path in sorted((ROOT / "metrics").glob("*/scores.json")):
        scores = json.loads(path.read_text(encoding="utf-8"))
        if path.parent.name == "total":
            scores = {k: v if isinstance(v, dict) else round(v + change, 6) for k, v in scores.items()}
        metrics[f"metrics/{path.parent.name}/scores.json"] = {"data": scores}
    data = {"params": {"params.yaml": {"data": params}}, "metrics": metrics}
    return {"rev": "workspace" if name is None else "0123456789", "name": name, "data": data, "experiments": found}


def test_a_branch_of_one_parameter_fits_a_screen() -> None:
    variants = [{"revs": [state(f"warmer-{i}", 4.0 + i, 0.01 * i)]} for i in (1, 2)]
    shown = [state(None, 2.0, 0.0), state("main", 2.0, 0.0, variants)]
    lines = list(experiments.table(dict(experiments._columns(shown))))
    assert lines[0].split() == ["workspace", "main", "warmer-1", "warmer-2"]
    assert lines[1].split() == ["students.total.distill.temperature", "2.0", "2.0", "5.0", "6.0"]
    assert [line.split(" ")[0] for line in lines[2:]] == ["total:"] * (len(lines) - 2)
    assert 4 < len(lines) < 14
    assert max(map(len, lines)) <= SCREEN


def test_equal_revisions_and_unreadable_ones_are_said() -> None:
    shown = [state("main", 2.0, 0.0)]
    assert list(experiments.table(dict(experiments._columns(shown))))[-1] == "No parameter and no score differs."
    broken = {"rev": "0123456789", "name": None, "data": None, "experiments": None}
    lines = list(experiments.table(dict(experiments._columns([*shown, broken]))))
    assert lines[0].split() == ["main", "012345678"]


@pytest.mark.parametrize("model", ["total", "teacher"])
def test_scores_of_a_model_fit_a_screen_of_dvc(model: str) -> None:
    """`dvc metrics diff` prints a row for each score: path, key, and three numbers with four blanks between them."""
    path = f"metrics/{model}/scores.json"
    scores = experiments.flatten_parameters(json.loads((ROOT / path).read_text(encoding="utf-8")))
    assert len(scores) <= 12
    assert max(len(path) + len(score) + 3 * 12 for score in scores) <= SCREEN
