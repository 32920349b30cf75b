import math
from pathlib import Path

import pytest

from tinypt.reporting.csv_columns import read_columns, read_curve
from tinypt.runtime.errors import PipelineError


def test_a_curve_leaves_out_columns_that_a_student_does_not_use(metrics: Path) -> None:
    partial = read_curve(metrics / "training/partial.csv", "distill@partial")
    assert list(partial) == ["step", "tokens", "learning_rate", "loss", "mlm", "validation_mlm"]
    assert partial["step"] == [10.0, 20.0, 40.0]
    assert "kl" in read_curve(metrics / "training/total.csv", "distill@total")


def test_single_empty_cells_are_nan(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text("step,loss\n1,\n2,0.5\n")
    loss = read_curve(path, "distill@total")["loss"]
    assert math.isnan(loss[0])
    assert loss[1] == 0.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file; run `dvc repro distill@total`"),
        ("", "column step is missing"),
        ("a,b\n", "column step is missing"),
        ("step,loss\n1,0.5\n2\n", "line 3 is incomplete"),
        ("step,loss\n1,high\n", "column loss must hold numbers"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "curve.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(PipelineError) as refused:
        read_curve(path, "distill@total")
    assert str(refused.value).startswith(f"{path}: {message}")
    assert "\n" not in str(refused.value)


def test_text_columns_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "funnel.csv"
    path.write_text('rule,documents\n"too, short",3\n')
    assert read_columns(path, "clean", ("rule",)) == {"rule": ["too, short"], "documents": ["3"]}
