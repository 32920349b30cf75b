from pathlib import Path

import pytest

from tinypt.params.loader import load
from tinypt.params.tasks import Assin2Data, HubData, Task
from tinypt.runtime.errors import PipelineError

HUB = """
    data:
      format: hub
      id: someone/pairs
      configuration: null
      revision: {revision}
      splits: {{train: train, test: test}}
      columns: {{id: n, text_a: a, text_b: {text_b}, label: y}}
"""
COMMIT = "c0ffee" * 6 + "cafe"


def read(tmp_path: Path, text: str) -> dict[str, Task]:
    path = tmp_path / "params.yaml"
    path.write_text(f"tasks:\n{text}", encoding="utf-8")
    return load("tasks", dict[str, Task], path)


def test_each_format_has_its_own_class(tmp_path: Path) -> None:
    tasks = read(
        tmp_path,
        "  similarity:\n    kind: pair_regression\n    max_contamination: 0.0\n"
        "    data: {format: assin2_xml, train: a.xml, test: b.xml}\n"
        "  sentiment: {kind: text_classification, max_contamination: 0.0, data: {format: sample}}\n"
        "  pairs:\n    kind: pair_classification\n    max_contamination: 0.0" + HUB.format(revision=COMMIT, text_b="b"),
    )
    assert tasks["similarity"].data == Assin2Data("assin2_xml", Path("a.xml"), Path("b.xml"))
    assert isinstance(tasks["pairs"].data, HubData)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "  x: {kind: regression, max_contamination: 0.0, data: {format: sample}}",
            "tasks.x.kind: must be one of pair_regression",
        ),
        (
            "  x: {kind: pair_regression, max_contamination: 0.0, data: {format: csv}}",
            "tasks.x.data.format: must be one of sample",
        ),
        (
            "  x: {kind: text_classification, max_contamination: 0.0, data: {format: assin2_xml, train: a, test: b}}",
            "tasks.x.kind: must be pair_regression or pair_classification",
        ),
        (
            "  x: {kind: pair_regression, max_contamination: 0.0, data: {format: tweetsentbr, index: a, texts: b}}",
            "tasks.x.kind: must be text_classification",
        ),
        (
            "  x:\n    kind: pair_regression\n    max_contamination: 0.0" + HUB.format(revision=COMMIT, text_b="null"),
            "tasks.x.data.columns.text_b: must name a column",
        ),
        (
            "  x:\n    kind: text_classification\n    max_contamination: 0.0" + HUB.format(revision=COMMIT, text_b="b"),
            "tasks.x.data.columns.text_b: must be null",
        ),
        (
            "  x:\n    kind: pair_regression\n    max_contamination: 0.0" + HUB.format(revision="main", text_b="b"),
            "revision: must be the 40-digit",
        ),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        read(tmp_path, text)
