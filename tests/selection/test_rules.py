from random import Random

import pyarrow as pa
import pytest

from tests.cleaning.conftest import SELECT
from tinypt.measures.statistics import measure
from tinypt.params.select import Rule
from tinypt.sample.documents import write_document
from tinypt.selection.select import first_failed

PROSE = (
    "O governo anunciou ontem que a economia do país cresceu mais do que se esperava no último trimestre, e que o "
    "consumo das famílias também aumentou; para os especialistas, porém, é preciso esperar pelos novos números."
)
SPANISH = (
    "El presidente del gobierno anunció ayer que la economía del país ha crecido más de lo esperado en el último "
    "trimestre. Para los expertos, no obstante, es necesario esperar a que se confirmen las cifras."
)
ENGLISH = (
    "The government announced yesterday that the economy has grown more than expected. As for the data, no one "
    "knows what to do about a problem like this, and it is not clear who will be able to help."
)


def _first_failed(texts: list[str], **changed: Rule) -> list[str | None]:
    rules = SELECT.rules | changed
    names = [*rules, None]
    return [names[place] for place in first_failed(measure(pa.array(texts))[0], rules)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROSE, None),
        ("Só isto.", "too_short"),
        (SPANISH, "language"),
        (ENGLISH, "language"),
        ("comprar barato frete grátis " * 10, "repeated_words"),
        ("\n".join(["Um aviso que se repete."] * 6 + [PROSE]), "duplicate_lines"),
        (PROSE + " 10" * 30, "letters"),
    ],
)
def test_the_first_rule_a_text_fails(text: str, reason: str | None) -> None:
    distinct = " ".join(f"{word}{place}" if word == "10" else word for place, word in enumerate(text.split(" ")))
    assert _first_failed([PROSE, distinct if reason == "letters" else text]) == [None, reason]


def test_too_long() -> None:
    assert _first_failed([PROSE], too_long=Rule("words", None, 20)) == ["too_long"]


def test_an_empty_text_is_too_short() -> None:
    assert _first_failed([""]) == ["too_short"]


def test_a_text_that_fails_several_rules_is_counted_under_the_first() -> None:
    assert _first_failed(["12 34", "12 " * 6000, "12 " * 50]) == ["too_short", "too_long", "repeated_words"]


def test_the_bounds_themselves_pass() -> None:
    text = " ".join(f"casa{number}" for number in range(20))
    off = Rule("stop_words", None, None)
    assert _first_failed([text, text + " a"], language=off) == [None, None]
    assert _first_failed([text, text + " a"], language=off, too_long=Rule("words", None, 20)) == [None, "too_long"]


def test_a_rule_without_bounds_is_off() -> None:
    assert _first_failed(["Só isto."], too_short=Rule("words", None, None)) != ["too_short"]


def test_the_sample_s_clean_text_passes() -> None:
    assert set(_first_failed([write_document(Random(seed)).text for seed in range(100)])) == {None}
