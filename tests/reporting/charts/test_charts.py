import re
import xml.etree.ElementTree as ElementTree

import pytest

from tests.reporting.conftest import QUALITY
from tinypt.reporting.charts.corpus import draw_funnel
from tinypt.reporting.charts.drawing import COLOURS, CYCLE, Chart, looks
from tinypt.reporting.charts.efficiency import draw_cost
from tinypt.reporting.charts.scores import draw_bits_per_character, draw_gap, draw_task
from tinypt.reporting.charts.training import draw_curves, draw_loss_terms
from tinypt.reporting.page import ReportData
from tinypt.reporting.results import Score, tabulate

TUNED = ("fine-tuned, matched head", "fine-tuned, cls head")
SVG = "{http://www.w3.org/2000/svg}"


def texts(chart: Chart) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]


def channels(colour: str) -> list[float]:
    values = [int(colour[place : place + 2] or "0", 16) / 255 for place in (1, 3, 5)]
    return [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in values]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    bright, dark = sorted(
        (
            sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels(colour), strict=True))
            for colour in (one, other)
        ),
        reverse=True,
    )
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", CYCLE)
def test_every_colour_has_contrast_on_light_and_dark(colour: str) -> None:
    _, light, dark = COLOURS[colour]
    assert contrast(light, "#ffffff") >= 3
    assert contrast(dark, "#14171b") >= 3


def test_models_differ_in_more_than_colour() -> None:
    found = looks(["teacher", "base", "untrained", *(f"student_{number}" for number in range(24))])
    assert len({(look.colour, look.marker, look.line) for look in found.values()}) == 27
    for name, look in found.items():
        same = [other for other in found if found[other].colour == look.colour and other != name]
        assert all(found[other].marker != look.marker or found[other].line != look.line for other in same)


@pytest.mark.filterwarnings("error")
def test_a_long_name_of_a_rule_leaves_place_for_the_bars() -> None:
    chart = draw_funnel([("raw", 1000), ("x" * 10_000, 900)])
    assert f">{'x' * 39}…<" in chart.svg


def test_a_chart_takes_its_colours_from_the_page_and_describes_itself() -> None:
    chart = draw_funnel([("raw", 1000), ("too_short", 900), ("near_duplicates", 875)])
    root = ElementTree.fromstring(chart.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alt
    assert chart.alt.startswith("Cleaning funnel: 875 of 1,000 documents are left after 2 rules")
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "Cleaning funnel"
    assert re.findall(r"(?:fill|stroke): ?#(?!000000|ffffff)\w+", chart.svg) == []  # no fixed colour
    assert "var(--blue)" in chart.svg
    assert "light-dark(" not in chart.svg
    standalone = ElementTree.fromstring(chart.standalone())
    style = standalone.find(f"{SVG}style")
    assert style is not None
    assert "--blue:light-dark(" in (style.text or "")


def test_two_charts_share_no_ids() -> None:
    found = [
        set(re.findall(r'\bid="([^"]+)"', chart.svg))
        for chart in draw_curves({"a": {"step": [1.0, 2.0], "loss": [2.0, 1.0], "mlm": [2.0, 1.0]}})
    ]
    assert found[0]
    assert not found[0] & found[1]


def test_the_same_bytes_each_time_without_a_date(report_data: ReportData) -> None:
    first, second = (draw_task(report_data.results, "assin2_similarity", True) for _ in range(2))
    assert first == second
    assert "date" not in first.svg


def test_the_chart_of_a_task_has_every_model_protocol_baseline_and_published_values(
    report_data: ReportData,
) -> None:
    chart = draw_task(report_data.results, "assin2_similarity", published=True)
    assert {*QUALITY, "frozen", *TUNED, "published by the study"} <= set(texts(chart))
    assert "published by the study" not in texts(draw_task(report_data.results, "assin2_similarity", published=False))
    assert "baseline: word overlap (Jaccard), 0.546" in texts(chart)
    assert "fine-tuned, matched head: teacher 0.800, base 0.400, untrained 0.300" in chart.alt
    assert "fine-tuned, cls head: teacher 0.600, base 0.200, untrained 0.100" in chart.alt


def test_the_gap_chart_describes_every_share(report_data: ReportData) -> None:
    chart = draw_gap({"frozen": report_data.comparisons.gaps_by_model("tweetsentbr", "frozen")}, "tweetsentbr")
    assert "frozen: base 20 %, partial 50 %, total 70 %." in chart.alt


def test_an_interval_that_leaves_the_frame_of_the_gap_chart_ends_in_an_arrow() -> None:
    def marks(*scores: Score) -> int:
        chart = draw_gap({"frozen": {f"student_{place}": score for place, score in enumerate(scores)}}, "task")
        return chart.svg.count("<use ")

    inside = Score(0.5, 0.4, 0.6)
    assert marks(inside, Score(0.7, -9.0, 9.0)) == marks(inside, Score(0.7, 0.6, 0.8)) + 2
    assert marks(inside, Score(0.7, 0.6, 9.0)) == marks(inside, Score(0.7, 0.6, 0.8)) + 1


def test_bits_per_character_of_every_student_with_both_bounds(report_data: ReportData) -> None:
    chart = draw_bits_per_character(report_data.results)
    assert {"partial", "total", "teacher, 1.60", "untrained, 3.10"} <= set(texts(chart))


def test_a_chart_for_each_quantity_that_was_trained(report_data: ReportData) -> None:
    charts = {chart.name: chart for chart in draw_curves(report_data.curves)}
    assert list(charts) == ["training-validation-mlm", "training-loss", "training-mlm", "training-kl"]
    assert "total" in texts(charts["training-kl"])
    assert "partial" not in texts(charts["training-kl"])  # it has no such term
    assert charts["training-mlm"].alt.endswith("At the end: partial 2.000, total 2.000.")


def test_the_shares_of_the_loss_are_weighted() -> None:
    chart = draw_loss_terms({"total": {"mlm": 3.0, "kl": 1.0}, "mlm_only": {"mlm": 2.0}})
    assert "total: mlm 75%, kl 25%. mlm_only: mlm 100%." in chart.alt


def test_cost_has_a_panel_for_each_score_and_one_legend_of_the_models_with_both_numbers() -> None:
    scores = {"one": {"teacher": 0.8, "total": 0.5, "base": 0.4}, "two": {"total": 0.3}}
    chart = draw_cost({"teacher": 9.0, "total": 2.0, "untrained": 2.0}, scores, "x", "MB")
    assert texts(chart).count("total") == texts(chart).count("teacher") == 1
    assert {"one", "two", "MB"} <= set(texts(chart))
    assert not {"base", "untrained"} & set(texts(chart))
    assert chart.alt == "one against MB. teacher 9, 0.800; total 2, 0.500. two against MB. total 2, 0.300."


@pytest.mark.parametrize("models", [{}, {"teacher": {"mlm": {"loss": 1.0}}}])
def test_nothing_to_show_is_no_crash(models: dict[str, dict[str, dict[str, float]]]) -> None:
    results = tabulate(models, {}, {})
    assert draw_bits_per_character(results).alt.endswith("Not measured.")
    assert draw_curves({}) == []
    draw_funnel([("raw", 0)])
    draw_loss_terms({})
    draw_cost({}, {}, "x", "MB")
    draw_cost({}, {"y": {}}, "x", "MB")
    draw_gap({"frozen": {}}, "task")


def test_more_students_than_colours() -> None:
    curves = {f"student_{index}": {"step": [1.0, 2.0], "loss": [2.0, 1.0]} for index in range(9)}
    (chart,) = draw_curves(curves)
    assert {f"student {index}" for index in range(9)} <= set(texts(chart))
