from tinypt.reporting.page import ReportData
from tinypt.reporting.students import MAX_CHANGES, students_table


def test_each_student_is_compared_with_the_one_above_it(report_data: ReportData) -> None:
    table = students_table(report_data.results, report_data.comparisons, report_data.params["students"])
    first, second = table.rows
    assert first[:3] == ["partial", "first", "–"]
    assert second[:4] == ["total", "epochs: 0.5 → 0.9; losses.kl: – → 5.0", "−0.300", "+0.100 ="]


def test_long_lists_of_changes_are_cut(report_data: ReportData) -> None:
    students = {"partial": {"distill": {}}, "total": {"distill": {f"key_{number}": number for number in range(9)}}}
    changes = students_table(report_data.results, report_data.comparisons, students).rows[1][1]
    assert changes.count("→") == MAX_CHANGES
    assert changes.endswith("; and 3 more")
