"""The diff report: in a fixed order, with the place in the earlier interval, without numbers that print the same."""

import json
import random
import shlex
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ci.diff import report, score_rows
from tinypt.runtime.errors import visible

TOTAL = {
    "mlm_loss": {"old": 4.69704, "new": 4.51},
    "bits_per_character": {"old": 1.34478, "new": 1.344781},
    "assin2.frozen": {"old": 0.679872, "new": 0.69},
    "assin2.finetuned": {"old": 0.5, "new": 0.6},
}
SCORES = {
    "metrics/total/scores.json": TOTAL,
    "metrics/partial/scores.json": {"mlm_loss": {"old": 4.0, "new": 4.00001}},
}
DETAILS = {
    "metrics/total/evaluate.json": {
        "mlm": {"loss": 4.69704},
        "assin2": {
            "frozen": {"f1": 0.679872, "f1_low": 0.626, "f1_high": 0.733},
            "finetune_cls": {"f1_mean": 0.4, "f1_low": 0.1, "f1_high": 0.9},
            "finetune_matched": {"f1_mean": 0.5, "f1_low": 0.45, "f1_high": 0.55},
        },
    }
}
PARAMETERS = {"params.yaml": {"students.total.distill.temperature": {"old": 2.0, "new": 4.0, "diff": 2.0}}}


def _details(path: str) -> Any:
    return DETAILS.get(path, {})


def _text(parameters: dict[str, Any], scores: dict[str, Any]) -> str:
    return "\n".join(report(parameters, scores, _details, "main", "warmer"))


def test_each_changed_score_has_a_row_with_its_place_in_the_interval() -> None:
    assert list(score_rows(SCORES, _details)) == [
        ["total", "assin2.finetuned", "0.5", "0.6", "+0.1", "outside"],
        ["total", "assin2.frozen", "0.6799", "0.69", "+0.0101", "within"],
        ["total", "mlm_loss", "4.697", "4.51", "-0.187", ""],
    ]


def test_the_report_of_one_parameter_fits_a_screen() -> None:
    lines = _text(PARAMETERS, SCORES).splitlines()
    assert lines[0] == "## main → warmer"
    assert "| `students.total.distill.temperature` | 2.0 | 4.0 |" in lines
    assert "| total | assin2.frozen | 0.6799 | 0.69 | +0.0101 | within |" in lines
    assert len(lines) < 24


def test_many_rows_are_folded() -> None:
    many = {f"metrics/model{i}/scores.json": TOTAL for i in range(20)}
    assert "<details><summary>60 changed</summary>" in _text({}, many)
    assert "<details>" not in _text({}, SCORES)


def test_a_new_student_has_no_old_value() -> None:
    new = {"metrics/fifth/scores.json": {"mlm_loss": {"old": None, "new": 4.1}, "parameters": {"new": 9}}}
    assert list(score_rows(new, _details)) == [
        ["fifth", "mlm_loss", "–", "4.1", "", ""],
        ["fifth", "parameters", "–", "9", "", ""],
    ]


def test_an_empty_difference_says_so() -> None:
    text = _text({}, {"metrics/total/scores.json": {"mlm_loss": {"old": 4.0, "new": 4.0}}})
    assert "None changed." in text
    assert "None changed in the first four digits." in text
    assert "|" not in text


def test_a_bar_in_a_value_is_escaped() -> None:
    assert "a\\|b" in _text({"params.yaml": {"corpus.source": {"old": "a|b", "new": "c"}}}, {})


@pytest.mark.parametrize(
    "text",
    [
        *("<script>alert(1)</script>", "a|b", "`a`", "``", "a\nb", "![x](http://a)", "@all", "</details>", "a\\|b"),
        *("\u202ecod.exe", "a\u2066b"),
    ],
)
def test_text_from_parameters_and_files_shows_itself(text: str) -> None:
    """A comment is written with the right to write comments, about numbers and names that others have chosen."""
    parameters = {"params.yaml": {text: {"old": text, "new": 1}}}
    folder = " ".join(text.replace("/", " ").split())
    report = _text(parameters, {f"metrics/{text.replace('/', ' ')}/scores.json": {text: {"old": 1, "new": 2}}})
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(report)
    assert [token.type for token in tokens].count("tr_open") == 4
    cells = [inside.children or [] for cell, inside in pairwise(tokens) if cell.type == "td_open"]
    shown = [(child.type, child.content) for children in cells for child in children]
    shown_text = visible(" ".join(text.split()))
    written = visible(json.dumps(text, ensure_ascii=False)[1:-1])
    key, value, model = (("code_inline", part) for part in (shown_text, written, visible(folder)))
    assert shown[:3] == [key, value, ("text", "1")]
    assert shown[3:7] == [model, key, ("text", "1"), ("text", "2")]
    assert not [token for token in tokens if token.type == "html_block"]


@pytest.mark.parametrize("name", ["<img/src=x/onerror=alert(1)>", "a|b", "`a`", "@all", "x`$(id)`", "\u202ea"])
def test_names_of_branches_show_themselves(name: str) -> None:
    text = "\n".join(report(PARAMETERS, SCORES, _details, name, name))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    assert [token.type for token in tokens].count("th_open") == 3 + 6
    assert not [token for token in tokens if token.type == "html_block"]
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "softbreak", "code_inline", "em_open", "em_close"}
    codes = [child.content for child in children if child.type == "code_inline"]
    assert codes.count(visible(name)) == 6
    assert codes[-1] == f"python -m stages.report --against {visible(shlex.quote(name))}"


@given(st.integers())
def test_the_order_is_fixed(seed: int) -> None:
    """DVC builds its rows from a Python set, so their order varies between calls."""
    shuffle = random.Random(seed)

    def shuffled(mapping: dict[str, Any]) -> dict[str, Any]:
        items = [(key, shuffled(value) if isinstance(value, dict) else value) for key, value in mapping.items()]
        shuffle.shuffle(items)
        return dict(items)

    assert _text(shuffled(PARAMETERS), shuffled(SCORES)) == _text(PARAMETERS, SCORES)
