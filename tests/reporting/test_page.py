import re
from dataclasses import replace

import yaml

from tests.reporting.conftest import HOSTILE, REAL
from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.page import Page, ReportData, compose

SECTIONS = [
    "Headline",
    "Scores by task",
    "Gap recovered",
    "Paired comparisons",
    "Quality against size and speed",
    "From student to student",
    "Training",
    "Corpus",
    "Every measurement",
    "Made from",
]


def test_every_section_is_there_and_every_chart_once_with_its_text(page: Page) -> None:
    assert re.findall(r"^## (.+)$", page.markdown, re.MULTILINE) == SECTIONS
    shown = re.findall(r"^!\[(.+)\]\((.+)\.svg\)$", page.markdown, re.MULTILINE)
    assert [name for _, name in shown] == [chart.name for chart in page.charts]
    assert len({chart.name for chart in page.charts}) == len(page.charts) == 3 + 3 + 2 + 1 + 4 + 1 + 1
    assert all(len(alt) > 20 for alt, _ in shown)


def test_every_table_has_as_many_cells_in_each_row(page: Page) -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", page.markdown, re.MULTILINE)
    assert len(tables) > 15
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1, table


def test_numbers_of_every_source_arrive(page: Page) -> None:
    for cell in ("+0.250 ▲ [+0.130, +0.370]", "70% [60%, 80%]", "| 32.00 |", "−0.300", "| 72 |", "| 80.0% |"):
        assert cell in page.markdown, cell
    assert "epochs: 0.5 → 0.9" in page.markdown
    assert "evaluate@total" in page.markdown
    assert "evaluate@gone" not in page.markdown


def test_examples_that_may_not_be_quoted_and_unknown_versions_are_replaced_by_a_sentence(
    report_data: ReportData, page: Page
) -> None:
    assert "**Measured on generated sample text.**" in page.markdown
    assert HOSTILE in page.markdown
    versions = replace(report_data.versions, rows=[])
    bare = replace(report_data, generated=REAL, examples=None, comparisons=Comparisons({}, {}), versions=versions)
    text = compose(bare).markdown
    assert "**Measured on" not in text
    assert "Curto." not in text
    assert "data/select/examples.jsonl" in text
    assert "not shown to be better than untrained: ASSIN2 similarity, frozen;" in text
    assert "There was no dvc.lock" in text


def test_published_numbers_are_on_the_page_of_real_text_alone(report_data: ReportData, page: Page) -> None:
    assert "published" not in page.markdown
    made = replace(REAL, tasks=REAL.tasks | {"tweetsentbr": True})
    mixed = compose(replace(report_data, generated=made)).markdown
    assert "| ASSIN2 similarity, published |" in mixed
    assert "TweetSentBR, published" not in mixed
    assert "| published loss |" in mixed
    assert "| published" not in compose(replace(report_data, generated=replace(REAL, corpus=True))).markdown
    real = compose(replace(report_data, generated=REAL)).markdown
    assert "ASSIN2 similarity, published |" in real
    assert "| published loss |" in real


def test_no_section_without_students_that_differ_in_little(report_data: ReportData) -> None:
    students = {name: {f"{name}_{number}": 1 for number in range(3)} for name in ("partial", "total")}
    students = {name: {"distill": {"losses": own}} for name, own in students.items()}
    assert "## From student" not in compose(replace(report_data, params={"students": students})).markdown


def test_parameters_inherited_in_yaml_are_written_out_without_anchors(report_data: ReportData) -> None:
    text = """
students:
  partial: &partial {distill: &losses {losses: {mlm: 2.0}, layers: [[2, 2]]}}
  total: {<<: *partial, init: *losses}
"""
    params = yaml.safe_load(text)
    markdown = compose(replace(report_data, params=params)).markdown
    shown = re.search(r"```yaml\n(students:.*?)\n```", markdown, re.DOTALL)
    assert shown is not None
    assert "&" not in shown[1]
    assert "*" not in shown[1]
    assert yaml.safe_load(shown[1]) == params
