import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.cleaning.markup import strip_markup


@pytest.mark.parametrize(
    "text",
    [
        "Se a<b e c>d, então",
        "R$ <valor> por mês",
        "use <stdio.h> no",
        "1 < 2 e 3 > 2",
        "<3 <3",
        "a <data> de hoje",
        "AT&T",
    ],
)
def test_free_text_with_angle_brackets_survives(text: str) -> None:
    assert strip_markup(text) == text


@given(st.text(alphabet="abçã <>&;\n.", max_size=60))
def test_text_without_a_known_tag_is_left_alone(text: str) -> None:
    # the alphabet spells only the elements a and b, which need their closing bracket at once or an attribute
    if "<a" not in text and "<b" not in text and "</" not in text:
        assert strip_markup(text) == text


def test_tags_vanish_and_blocks_break_lines() -> None:
    page = '<div><p class="x">Um <b>dois</b>.</p><p>Três<br/>quatro</p></div>'
    lines = [line.strip() for line in strip_markup(page).split("\n") if line.strip()]
    assert lines == ["Um dois.", "Três", "quatro"]


def test_what_is_not_prose_goes_with_its_content() -> None:
    page = (
        "<p>Fica este parágrafo, que é bem mais longo do que o resto.</p><script>a = '<p>';</script><nav>Início</nav>"
    )
    assert strip_markup(page).strip() == "Fica este parágrafo, que é bem mais longo do que o resto."
