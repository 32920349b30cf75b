from dataclasses import replace

from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.overview import best_table, overview
from tinypt.reporting.page import ReportData, compose


def test_two_sentences_say_what_came_of_the_run(report_data: ReportData) -> None:
    text = overview(report_data.results, report_data.comparisons, report_data.efficiency)
    assert text.startswith(
        "**total** predicts masked words worse than its teacher, but better than random weights "
        "(2.05 bits per character; teacher 1.60, random weights 3.10), with 25% of the teacher's parameters "
        "and 4.0 times its speed. Of the "
    )
    assert "the best student is shown to beat random weights on" in text
    assert text.endswith("and the best method without a neural network on none.")


def test_a_picture_comes_before_the_first_table(report_data: ReportData) -> None:
    page = compose(report_data).markdown
    assert page.index("predicts masked words") < page.index("](bits-per-character.svg)") < page.index("\n| ")


def test_the_first_table_has_the_best_student_of_each_task_in_six_columns(report_data: ReportData) -> None:
    table = best_table(report_data.results, report_data.comparisons)
    assert len(table.header) == 6
    row = "| total, tied with 1 | 0.550 [0.250, 0.750] | +0.350 ▲ | −0.150 ▼ | −0.300 ▼ |"
    assert f"| ASSIN2 similarity, frozen, Pearson {row}" in table.markdown()


def test_missing_measurements_are_left_out(report_data: ReportData) -> None:
    bare = replace(report_data.results, numbers={})
    assert overview(bare, report_data.comparisons, Efficiency(1, "none", {}, {})) == ""
