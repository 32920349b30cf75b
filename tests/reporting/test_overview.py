from dataclasses import replace

from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.overview import overview
from tinypt.reporting.page import ReportData


def test_the_first_lines_give_corpus_language_cost_and_the_best_student_of_each_task(report_data: ReportData) -> None:
    text = overview(report_data.results, report_data.comparisons, report_data.efficiency, report_data.funnel)
    assert "80 of 100 documents are kept (80.0%)" in text
    assert "total needs 2.05 bits per character (teacher 1.60, untrained 3.10)" in text
    assert "the students have 1.50 million parameters (teacher 6.00, untrained 1.50)" in text
    assert "for a text of 128 word pieces the students need 8.00 ms (teacher 32.00, untrained 8.00)" in text
    row = "| total, tied with 1 | 0.550 [0.250, 0.750] | +0.350 ▲ | −0.150 ▼ | −0.300 ▼ |"
    assert f"| ASSIN2 similarity, frozen, Pearson {row}" in text


def test_missing_measurements_are_left_out(report_data: ReportData) -> None:
    bare = replace(report_data.results, numbers={})
    text = overview(bare, report_data.comparisons, Efficiency(1, "none", {}, {}), report_data.funnel)
    assert text.startswith("- **Corpus**")
    assert "Speed" not in text
    assert "Language" not in text
