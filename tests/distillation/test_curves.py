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
    first = {"step": "50", "tokens": "12345678", "learning_rate": "0.001", "loss": "7.12346", "mlm": "7.12346"}
    second = {"step": "100", "tokens": "24691356", "learning_rate": "0.0005", "loss": "6", "mlm": "6"}
    expected = (first | {"validation_mlm": "6.5"}, second | {"validation_mlm": "5.5"})
    lines = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in expected)]
    assert path.read_text(encoding="utf-8") == "".join(",".join(line) + "\n" for line in lines)
