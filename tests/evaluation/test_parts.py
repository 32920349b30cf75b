from pathlib import Path

import pytest

from tinypt.evaluation.parts import Part, finish
from tinypt.files import CHECKSUMS


def test_a_part_whose_checksums_are_missing_is_evaluated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    done: list[str] = []

    def part(key: str) -> Part:
        def work(folder: Path) -> None:
            done.append(key)
            (folder / "metrics.json").write_text("{}")

        return Part(key, key, work)

    first = finish("total", [part("a"), part("b")])
    (first[0] / CHECKSUMS).unlink()
    assert finish("total", [part("a"), part("b")]) == first
    assert done == ["a", "b", "a"]
    assert f"evaluated again (it has no {CHECKSUMS})" in caplog.text
