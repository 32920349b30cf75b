from dataclasses import replace
from random import Random

import pytest

from tests.cleaning.conftest import RULES
from tinypt.cleaning.quality import first_failed, measure
from tinypt.corpus.sample.documents import write_document

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


def test_shares_of_a_text_that_can_be_counted_by_hand() -> None:
    measures = measure("o céu é azul\no céu é azul\n12 34")
    assert measures.words == 10
    assert measures.stop_words == pytest.approx(4 / 8)
    assert measures.letters == pytest.approx(8 / 10)
    assert measures.duplicate_lines == pytest.approx(4 / 10)
    assert measures.repeated_words == 0.0
    assert measure("um dois três quatro cinco um dois três quatro cinco").repeated_words == pytest.approx(5 / 10)


def test_an_empty_text_measures_nothing() -> None:
    assert measure("").words == 0
    assert measure("").stop_words == 0.0


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
    assert first_failed(measure(distinct if reason == "letters" else text), RULES) == reason


def test_too_long() -> None:
    assert first_failed(measure(PROSE), replace(RULES, max_words=20, min_words=10)) == "too_long"


def test_the_sample_s_clean_text_passes() -> None:
    for seed in range(100):
        assert first_failed(measure(write_document(Random(seed)).text), RULES) is None
