import re
from html.parser import HTMLParser
from pathlib import Path

from tests.reporting.conftest import HOSTILE
from tinypt.reporting.page import Page, ReportData, compose
from tinypt.reporting.webpage import render, write_html, write_markdown

VOID = {"meta", "br", "hr", "img", "link", "input", "path", "use", "line", "rect"}


class Reader(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_chart_and_table_of_the_markdown_is_in_the_page_and_nothing_is_loaded(page: Page) -> None:
    reader = Reader()
    reader.feed(render(page))
    assert reader.open == []
    assert reader.tags.count("svg") == len(page.charts)
    assert reader.tags.count("table") == len(re.findall(r"^\| :--", page.markdown, re.MULTILINE))
    assert "img" not in reader.tags
    assert "link" not in reader.tags
    assert not [value for name, value in reader.attributes if name == "src"]
    links = [value for name, value in reader.attributes if name in ("href", "xlink:href") and value]
    assert [value for value in links if not value.startswith("#")] == ["summary.csv", "summary.json"]
    ids = [value for name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in links if value.startswith("#")} <= set(ids)


def test_text_from_the_web_stays_text(page: Page) -> None:
    reader = Reader()
    reader.feed(render(page))
    assert HOSTILE in reader.words
    assert reader.tags.count("script") == 1


def test_the_same_bytes_each_time_and_not_too_many(page: Page, report_data: ReportData, tmp_path: Path) -> None:
    write_html(page, tmp_path)
    content = (tmp_path / "index.html").read_bytes()
    assert render(compose(report_data)).encode() == content
    assert len(content) < 1_500_000


def test_the_markdown_is_written_with_its_charts(page: Page, tmp_path: Path) -> None:
    write_markdown(page, tmp_path)
    assert {file.stem for file in tmp_path.glob("*.svg")} == {chart.name for chart in page.charts}
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == page.markdown
