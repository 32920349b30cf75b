"""The page in a real Chromium: display, buttons and printing."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tinypt.reporting.page import Page
from tinypt.reporting.webpage import write_html

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = 375  # px
PAGES = 10  # on paper
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium: none of {', '.join(NAMES)} is on the path")


@pytest.fixture
def url(page: Page, tmp_path: Path) -> str:
    write_html(page, tmp_path)
    return (tmp_path / "index.html").as_uri()


@pytest.fixture
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


def test_the_page_works_and_loads_nothing(browser: Any, url: str, page: Page, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    window = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    window.on("console", lambda message: messages.append(message.text))
    window.on("pageerror", lambda error: messages.append(str(error)))
    window.on("request", lambda request: requests.append(request.url))
    window.goto(url)
    assert window.locator("h1").inner_text() == "bert-tiny-pt: results"
    charts = window.get_by_role("img")
    assert charts.count() == len(page.charts)
    for place in range(len(page.charts)):
        box = charts.nth(place).bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 80
    names = [charts.nth(place).get_attribute("aria-label") for place in range(len(page.charts))]
    assert names == [chart.alt for chart in page.charts]

    _sort(window)
    _switch(window)
    _print(window, tmp_path / "page.pdf")
    _phone(window)
    assert messages == []
    assert requests == [url]


def _sort(window: Any) -> None:
    """Check that the headline sorts by click and by keyboard, keeps blanks last, and says so in aria-sort."""
    table = window.locator("h2#headline + .table table")
    cells = table.locator("tbody td:nth-child(4)")  # bits per character
    header = table.locator("thead th:nth-child(4)")
    before = cells.all_inner_texts()
    assert header.get_attribute("aria-sort") is None
    header.get_by_role("button").click()
    ascending = cells.all_inner_texts()
    numbers = [text for text in before if text != "–"]
    assert ascending == [*sorted(numbers, key=float), *["–"] * (len(before) - len(numbers))]
    assert header.get_attribute("aria-sort") == "ascending"
    header.get_by_role("button").focus()
    window.keyboard.press("Enter")
    assert cells.all_inner_texts()[: len(numbers)] == sorted(numbers, key=float, reverse=True)
    assert header.get_attribute("aria-sort") == "descending"
    table.locator("thead th:first-child").get_by_role("button").click()
    names = table.locator("tbody td:first-child").all_inner_texts()
    assert names == sorted(names, key=str.casefold)
    assert header.get_attribute("aria-sort") is None


def _switch(window: Any) -> None:
    """Check that colours follow the reader's scheme and that the button switches it."""
    colours = "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])"
    light = window.evaluate(colours)
    window.emulate_media(color_scheme="dark")
    dark = window.evaluate(colours)
    assert light != dark
    window.get_by_role("button", name="Light / dark").click()
    assert window.evaluate(colours) == light
    drawn = "() => getComputedStyle(document.querySelector('svg text')).fill"
    assert window.evaluate(drawn) == light[0]
    window.get_by_role("button", name="Light / dark").click()
    assert window.evaluate(drawn) == dark[0]


def _print(window: Any, path: Path) -> None:
    window.pdf(path=path, prefer_css_page_size=True)
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", content)) <= PAGES


def _phone(window: Any) -> None:
    """Check that on a phone only the frames of the tables scroll sideways."""
    window.set_viewport_size({"width": PHONE, "height": 800})
    window.evaluate("scrollTo(0, 0)")
    picture = window.get_by_role("img").first.bounding_box()
    assert picture["y"] + picture["height"] < 800  # the verdict and its picture are on the first screen
    assert picture["x"] + picture["width"] <= PHONE
    window.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert window.evaluate("document.documentElement.scrollWidth") == PHONE
