"""The drift check on `dvc status` and on dvc.lock."""

from pathlib import Path

import pytest

from ci.drift import changed, disagreeing, incomplete_folders


def test_absent_data_is_no_drift() -> None:
    status = {
        "clean": [
            {"changed deps": {"data/raw": "deleted"}},
            {"changed outs": {"data/clean": "not in cache", "data/measures": "deleted"}},
        ]
    }
    assert list(changed(status, {"clean"}, set())) == []


def test_a_folder_that_lacks_an_output_is_no_drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models/base").mkdir(parents=True)
    locked = {
        "base": {"outs": [{"path": "models/base", "md5": "b.dir"}]},
        "export@total": {"outs": [{"path": "models/total/release", "md5": "r.dir"}]},
    }
    status = {"efficiency": [{"changed deps": {"models": "modified", "stages/efficiency.py": "modified"}}]}
    assert list(changed(status, {"efficiency"}, incomplete_folders(locked))) == [
        "efficiency: dep stages/efficiency.py is modified"
    ]
    (tmp_path / "models/total/release").mkdir(parents=True)
    assert "models" not in incomplete_folders(locked)


def test_each_change_is_one_line_that_names_stage_and_dependency() -> None:
    status = {
        "distill@total": [
            "changed command",
            {
                "changed deps": {
                    "params.yaml": {"students.total": "modified", "seed": "new"},
                    "tinypt/distillation": "modified",
                    "models/teacher": "deleted",
                }
            },
            {"changed outs": {"metrics/total/distill.json": "modified"}},
        ],
        "student@fifth": [{"changed deps": {"models/base": "new"}}],
    }
    assert list(changed(status, {"distill@total"}, set())) == [
        "distill@total: changed command",
        "distill@total: parameter seed is new",
        "distill@total: parameter students.total is modified",
        "distill@total: dep tinypt/distillation is modified",
        "distill@total: out metrics/total/distill.json is modified",
        "student@fifth: has never run",
    ]


def test_a_stage_that_ran_on_another_version_of_its_input_is_named() -> None:
    locked = {
        "clean": {"outs": [{"path": "data/clean", "md5": "new.dir"}]},
        "split": {
            "deps": [{"path": "data/clean", "md5": "old.dir"}, {"path": "stages/split.py", "md5": "1"}],
            "outs": [{"path": "data/split", "md5": "s.dir"}],
        },
        "teacher": {"deps": [{"path": "data/split", "md5": "s.dir"}]},
    }
    assert list(disagreeing(locked)) == ["split: dep data/clean is not the version that clean wrote"]
