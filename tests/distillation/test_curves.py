from pathlib import Path

from tinypt.distillation.curves import COLUMNS, write_curve


def test_every_student_has_the_same_columns(tmp_path: Path) -> None:
    rows = [
        {
            "step": 50,
            "tokens": 12_345_678,
            "learning_rate": 1e-3,
            "loss": 7.1234567,
            "mlm": 7.1234567,
            "validation_mlm": 6.5,
        },
        {"step": 100, "tokens": 24_691_356, "learning_rate": 5e-4, "loss": 6.0, "mlm": 6.0, "validation_mlm": 5.5},
    ]
    path = tmp_path / "training/mlm_only.csv"
    write_curve(rows, path)
    assert path.read_text(encoding="utf-8").split("\n") == [
        ",".join(COLUMNS),
        "50,12345678,0.001,7.12346,7.12346,,,,,,6.5",
        "100,24691356,0.0005,6,6,,,,,,5.5",
        "",
    ]
