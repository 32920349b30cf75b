from tinypt.reporting.page import ReportData
from tinypt.reporting.students import MAX_CHANGES, students_table


def test_students_that_differ_in_little_are_compared(report_data: ReportData) -> None:
    (row,) = students_table(report_data.results, report_data.comparisons, report_data.params["students"]).rows
    assert row[:5] == ["total", "partial", "epochs: 0.5 → 0.9; losses.kl: – → 5.0", "−0.300", "+0.100 ="]


def test_students_that_differ_in_more_are_not(report_data: ReportData) -> None:
    many = {f"key_{number}": number for number in range(MAX_CHANGES + 1)}
    students = {"partial": {"distill": {}}, "total": {"distill": many}}
    assert students_table(report_data.results, report_data.comparisons, students).rows == []
