import polars as pl
import pytest
from hypothesis import given

from tests.cleaning.conftest import tricky_text
from tinypt.cleaning.personal import PERSONAL, mask_personal_data


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Escreva a joao.silva+1@exemplo.org.br.", "Escreva a nome@exemplo.com.br."),
        ("CPF 123.456.789-09, de Ana", "CPF 000.000.000-00, de Ana"),
        ("Ligue (11) 98765-4321 ou +55 (021)3333-4444!", "Ligue (00) 0000-0000 ou (00) 0000-0000!"),
        ("O código 12345678909 e o ano de 2010-2011", "O código 12345678909 e o ano de 2010-2011"),
        ("usuário@ sem domínio, 3 @ 5 reais", "usuário@ sem domínio, 3 @ 5 reais"),
        ("protocolo 1123.456.789-098", "protocolo 1123.456.789-098"),
        ("registro A123.456.789-09", "registro A123.456.789-09"),
        ("CPF nº123.456.789-09²", "CPF nº000.000.000-00²"),
        ("²123.456.789-09", "²000.000.000-00"),
        ("(11) 98765\u20114321, (11) 3333–4444", "(00) 0000-0000, (00) 0000-0000"),
        ("(11)\u202f3333\u20124444", "(00) 0000-0000"),
        ("+55\xa0(11)\xa09\xa08765\xa04321", "(00) 0000-0000"),
        ("(11) 98765 - 4321 e (11) 9.8765−4321", "(00) 0000-0000 e (00) 0000-0000"),
        ("123.456.789\u201109 ou 123.456.789 – 09", "000.000.000-00 ou 000.000.000-00"),
        ("joão@exemplo.com.br e ana.conceição@maçã.com.br", "nome@exemplo.com.br e nome@exemplo.com.br"),
        ("«josé@exemplo.com»–água@x.org", "«nome@exemplo.com.br»–nome@exemplo.com.br"),
        ("joa\u0303o@exemplo.com.br", "nome@exemplo.com.br"),
        ("ana@máquina.domínio", "nome@exemplo.com.br"),
        ("(1999) 2000–2010 e (11) 1999 a 2010", "(1999) 2000–2010 e (11) 1999 a 2010"),
    ],
)
def test_unmistakable_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask_personal_data(pl.Series([text])).to_list() == [masked]


@given(tricky_text)
def test_masking_is_idempotent_and_its_screen_misses_nothing(text: str) -> None:
    series = pl.Series([text])
    once = mask_personal_data(series)
    assert mask_personal_data(once).to_list() == once.to_list()
    if once[0] != text:
        assert series.str.contains(PERSONAL).all()
