from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest

from tests.cleaning.conftest import RULES
from tinypt.cleaning import quality
from tinypt.cleaning.funnel import DROPS
from tinypt.cleaning.measures import COLUMNS, measure
from tinypt.cleaning.quality import first_failed
from tinypt.corpus.sample.documents import write_document
from tinypt.params.clean import Clean

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


def _first_failed(texts: list[str], rules: Clean = RULES) -> list[str | None]:
    found: list[str | None] = first_failed(measure(pa.array(texts))[0], rules).to_pylist()
    return found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROSE, None),
        ("Só isto.", "too_short"),
        (SPANISH, "language"),
        (ENGLISH, "language"),
        ("comprar barato frete grátis " * 10, "repetition"),
        ("\n".join(["Um aviso que se repete."] * 6 + [PROSE]), "repetition"),
        (PROSE + " 10" * 30, "letters"),
    ],
)
def test_the_first_rule_a_text_fails(text: str, reason: str | None) -> None:
    distinct = " ".join(f"{word}{place}" if word == "10" else word for place, word in enumerate(text.split(" ")))
    assert _first_failed([PROSE, distinct if reason == "letters" else text]) == [None, reason]


def test_too_long() -> None:
    assert _first_failed([PROSE], replace(RULES, max_words=20, min_words=10)) == ["too_long"]


def test_an_empty_text_is_too_short() -> None:
    assert _first_failed([""]) == ["too_short"]


def test_a_text_that_fails_several_rules_is_counted_under_the_first() -> None:
    assert _first_failed(["12 34", "12 " * 6000, "12 " * 50]) == ["too_short", "too_long", "repetition"]


def test_every_rule_names_a_statistic_a_parameter_and_a_row_of_the_funnel() -> None:
    for rule in quality.RULES:
        assert rule.statistic in COLUMNS
        assert hasattr(RULES, rule.parameter)
        assert rule.name in DROPS


def test_the_bounds_themselves_pass() -> None:
    text = " ".join(f"casa{number}" for number in range(20))
    assert _first_failed([text, text + " a"], replace(RULES, min_words=20, min_stop_words=0)) == [None, None]
    assert _first_failed([text, text + " a"], replace(RULES, min_words=1, max_words=20, min_stop_words=0)) == [
        None,
        "too_long",
    ]


def test_the_sample_s_clean_text_passes() -> None:
    assert set(_first_failed([write_document(Random(seed)).text for seed in range(100)])) == {None}
