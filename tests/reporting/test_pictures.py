import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.reporting.conftest import SETS
from tinypt.reporting.columns import read_curve
from tinypt.reporting.pictures import COLOURS, draw_curves, draw_funnel, draw_headline
from tinypt.reporting.results import Results, read_results

NAMESPACE = "{http://www.w3.org/2000/svg}"


def title(path: Path) -> str | None:
    found = ElementTree.parse(path).getroot().find(f"{NAMESPACE}title")
    return None if found is None else found.text


def test_curves_show_every_set_and_say_so(metrics: Path, tmp_path: Path) -> None:
    curves = {name: read_curve(metrics / "training" / f"{name}.csv", "") for name in SETS}
    alt = draw_curves(curves, tmp_path / "training.svg")
    assert alt == "Training curves of partial, total. Validation MLM loss at the end: partial 2.200, total 2.200."
    assert title(tmp_path / "training.svg") == "Training curves"


def test_the_headline_tells_every_score(metrics: Path, tmp_path: Path) -> None:
    alt = draw_headline(read_results(metrics, SETS), tmp_path / "headline.svg")
    assert "ASSIN2 similarity, Pearson, fine-tuned: teacher 0.800, base 0.400, floor 0.300" in alt
    assert "TweetSentBR, macro-F1, frozen" in alt
    assert title(tmp_path / "headline.svg") == "Scores by task"


def test_the_funnel_tells_how_many_are_left(tmp_path: Path) -> None:
    alt = draw_funnel([("raw", 1000), ("too_short", 900), ("near_duplicates", 875)], tmp_path / "funnel.svg")
    assert alt == "Cleaning funnel: 875 of 1,000 documents are left after 2 steps."


def test_the_same_bytes_each_time(metrics: Path, tmp_path: Path) -> None:
    results = read_results(metrics, SETS)
    curves = {name: read_curve(metrics / "training" / f"{name}.csv", "") for name in SETS}
    for folder in (tmp_path / "a", tmp_path / "b"):
        draw_curves(curves, folder / "training.svg")
        draw_funnel([("raw", 10)], folder / "funnel.svg")
        draw_headline(results, folder / "headline.svg")
    for name in ("training.svg", "funnel.svg", "headline.svg"):
        content = (tmp_path / "a" / name).read_bytes()
        assert content == (tmp_path / "b" / name).read_bytes()
        assert b"<dc:date>" not in content


@pytest.mark.parametrize("models", [{}, {"teacher": {"mlm": {"loss": 1.0}}}])
def test_nothing_to_show_is_no_crash(tmp_path: Path, models: dict[str, dict[str, dict[str, float]]]) -> None:
    assert draw_headline(Results(models, {}, {}), tmp_path / "headline.svg") == "No task was measured."
    draw_curves({}, tmp_path / "training.svg")
    draw_funnel([("raw", 0)], tmp_path / "funnel.svg")


def test_more_sets_than_colours(tmp_path: Path) -> None:
    curves = {f"set_{index}": {"step": [1.0, 2.0], "loss": [2.0, 1.0]} for index in range(len(COLOURS) + 3)}
    draw_curves(curves, tmp_path / "training.svg")
    assert (tmp_path / "training.svg").is_file()
