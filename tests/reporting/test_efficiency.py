from pathlib import Path

import pytest

from tests.reporting.conftest import QUALITY, efficiency, write
from tinypt.reporting.efficiency import efficiency_table, encoder_table, read_efficiency
from tinypt.reporting.page import ReportData
from tinypt.runtime.errors import PipelineError


def test_every_model_with_its_size_and_speed(report_data: ReportData) -> None:
    table = efficiency_table(report_data.efficiency)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["total"] == ["1,500,000", "6.0", "2.00", "2.67", "3,000", "8.00", "10.67", "3,000", "4.0"]
    assert rows["teacher"][-1] == "1.0"
    assert report_data.efficiency.longest() == 128
    assert report_data.efficiency.latency()["teacher"] == 32


def test_every_format_of_an_encoder(report_data: ReportData) -> None:
    (row,) = encoder_table(report_data.efficiency).rows
    assert row[:4] == ["total, onnx int8", "1,500,000", "1.5", "0.50"]


def test_a_model_without_a_length_stays_blank_there(tmp_path: Path) -> None:
    content = efficiency()
    del content["models"]["total"]["lengths"]["128"]
    write(tmp_path / "e.json", content)
    rows = {row[0]: row[1:] for row in efficiency_table(read_efficiency(tmp_path / "e.json", QUALITY)).rows}
    assert rows["total"][5:] == ["–"] * 4


def test_only_the_requested_models_are_read_in_their_order(tmp_path: Path) -> None:
    write(tmp_path / "e.json", efficiency())
    assert list(read_efficiency(tmp_path / "e.json", ["total", "teacher"]).models) == ["total", "teacher"]
    with pytest.raises(
        PipelineError, match=r"models.mine.parameters is not a number; run `dvc repro efficiency` again$"
    ):
        read_efficiency(tmp_path / "e.json", ["mine"])


def test_a_missing_file_or_number_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"e.json: no such file; run `dvc repro efficiency`, which writes it$"):
        read_efficiency(tmp_path / "e.json", QUALITY)
    content = efficiency()
    del content["models"]["total"]["lengths"]["32"]["p95_ms"]
    write(tmp_path / "e.json", content)
    with pytest.raises(
        PipelineError, match=r"models.total.lengths.32.p95_ms is not a number; run `dvc repro efficiency`"
    ):
        read_efficiency(tmp_path / "e.json", QUALITY)
