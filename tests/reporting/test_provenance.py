import hashlib
from pathlib import Path

import pytest

from tests.reporting.conftest import STUDENTS, write
from tinypt.reporting.provenance import changed_files, provenance_table
from tinypt.runtime.errors import PipelineError


def lock(path: Path, code: str, data: str) -> Path:
    deps = [{"path": "tinypt/files.py", "md5": code}, {"path": "data/raw", "md5": data}]
    outs = [{"path": "data/clean", "md5": f"{data}.dir"}, {"path": "metrics/clean.json", "md5": data}]
    write(path, {"stages": {"clean": {"deps": deps, "outs": outs}, "report": {}}})
    return path


def test_code_and_data_have_separate_fingerprints(tmp_path: Path) -> None:
    (first,) = provenance_table(lock(tmp_path / "a", "1" * 32, "d" * 32), STUDENTS).rows
    (other_code,) = provenance_table(lock(tmp_path / "b", "2" * 32, "d" * 32), STUDENTS).rows
    (other_data,) = provenance_table(lock(tmp_path / "c", "1" * 32, "e" * 32), STUDENTS).rows
    assert first[0] == "clean"
    assert first[2] == "data/clean `dddddddddd`"
    assert first[1] != other_code[1]
    assert first[2] == other_code[2]
    assert first[1] == other_data[1]
    assert first[2] != other_data[2]


def test_other_students_and_the_record_of_the_report_are_left_out(metrics: Path) -> None:
    table = provenance_table(metrics.parent / "dvc.lock", STUDENTS)
    assert [row[0] for row in table.rows] == ["evaluate@total", "tasks"]


def test_no_lock_is_no_error_and_another_file_is_one(tmp_path: Path) -> None:
    assert provenance_table(tmp_path / "dvc.lock", STUDENTS).rows == []
    (tmp_path / "dvc.lock").write_text("- no lock\n")
    with pytest.raises(PipelineError, match=r"dvc.lock: not a DVC lock file"):
        provenance_table(tmp_path / "dvc.lock", STUDENTS)


def test_a_file_that_differs_from_its_record_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    curve = Path("metrics/training/total.csv")
    curve.parent.mkdir(parents=True)
    curve.write_text("step\n1\n")
    outs = [{"path": str(curve), "md5": hashlib.md5(curve.read_bytes()).hexdigest()}, {"path": "data", "md5": "1.dir"}]
    write(tmp_path / "dvc.lock", {"stages": {"distill@total": {"outs": outs}}})
    assert changed_files(Path("dvc.lock")) == []
    curve.write_text("step\n2\n")
    assert changed_files(Path("dvc.lock")) == [curve]
    assert changed_files(Path("nowhere")) == []
