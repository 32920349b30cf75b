import html
import itertools

import ftfy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cleaning.conftest import web_text
from tinypt.cleaning.text import (
    fix_mojibake,
    is_untouched,
    normalise_space,
    remove_urls,
    straighten_quotes,
    strip_layers,
)

SIGNS = "àáãâäçéêèíñóôõöúüýÀÁÃÂÇÉÊÍÓÔÕÚÜ\xa0–—…•·ªº°§«»€™®©²³½¼‘’“”"


def _ftfy(text: str) -> str:
    return ftfy.fix_text(text, unescape_html=False)


def test_the_screen_holds_for_every_character_there_is() -> None:
    for character in map(chr, range(0x110000)):
        if is_untouched(character):
            assert _ftfy(character) == straighten_quotes(character), repr(character)


def test_the_screen_holds_for_every_pair_of_the_characters_it_lets_pass() -> None:
    for pair in itertools.product(SIGNS + "aZ5 .?!\"'&\n\t-", repeat=2):
        for text in ("".join(pair), "a{}{}a".format(*pair), " {}{} ".format(*pair), ".{}{}\n".format(*pair)):
            if is_untouched(text):
                assert _ftfy(text) == straighten_quotes(text), repr(text)


@settings(max_examples=400)
@given(st.text(alphabet=st.sampled_from(SIGNS + "aeZ5 .,?!\"'&;\n\tœŒ×Ð"), max_size=12) | web_text)
def test_ftfy_alone_gives_the_same(text: str) -> None:
    assert fix_mojibake(text) == _ftfy(text)


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_ftfy_alone_gives_the_same_for_any_text(text: str) -> None:
    assert fix_mojibake(text) == _ftfy(text)


def test_ftfy_alone_gives_the_same_on_real_text(real_texts: list[str]) -> None:
    for text in real_texts:
        plain, _, _ = strip_layers(text)
        assert fix_mojibake(plain) == _ftfy(plain)


def test_most_real_lines_never_reach_ftfy(real_texts: list[str]) -> None:
    lines = [line for text in real_texts for line in strip_layers(text)[0].split("\n")]
    assert sum(map(is_untouched, lines)) > 0.97 * len(lines)


@pytest.mark.parametrize(
    "text",
    ["São João, às 10h – “até logo” … 25 °C, 3º, R$ 5, 10 €", "EDUCAÇÃO E AÇÕES", "L’Oréal", "«Não», disse"],
)
def test_ordinary_portuguese_is_let_pass(text: str) -> None:
    assert is_untouched(text)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_mojibake_is_repaired(encoding: str) -> None:
    text = "O coração não é só emoção: são três lições."
    assert fix_mojibake(text.encode().decode(encoding, "replace")) == text


def test_entities_and_the_markup_they_hid() -> None:
    assert strip_layers("cora&ccedil;&atilde;o") == ("coração", False, True)
    text, had_markup, had_entities = strip_layers("&lt;b&gt;forte&lt;/b&gt; &amp;amp; leve")
    assert (text, had_markup, had_entities) == ("forte & leve", True, True)
    assert strip_layers("Tom & Jerry; R&D") == ("Tom & Jerry; R&D", False, False)


@given(st.text(alphabet="áé ç&<>\"'ab", max_size=40))
def test_escaping_is_undone(text: str) -> None:
    if strip_layers(text)[0] == text:
        assert strip_layers(html.escape(text))[0] == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("veja http://a.com.br/x?y=1 aqui", "veja  aqui"),
        ("em www.exemplo.gov.br hoje", "em  hoje"),
        ("leia em jornal.com.br/noticia/12.html agora", "leia em  agora"),
        ("a loja americanas.com fechou", "a loja americanas.com fechou"),
        ("fulano@exemplo.com.br", "fulano@exemplo.com.br"),
    ],
)
def test_urls(text: str, left: str) -> None:
    assert remove_urls(text) == left


@given(st.text(max_size=80))
def test_white_space_is_brought_to_one_form(text: str) -> None:
    once = normalise_space(text)
    assert normalise_space(once) == once
    assert "  " not in once
    assert "\n\n" not in once
    assert once.split() == text.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JoÃ£o Gilberto â€“ WikipÃ©dia", "João Gilberto – Wikipédia"),
        ("vou Ã\xa0 praia", "vou à praia"),
        ("uma linha limpa\numa linha suja: aÃ§Ã£o\n“outra”", 'uma linha limpa\numa linha suja: ação\n"outra"'),
        ("AT&amp;T", "AT&amp;T"),
    ],
)
def test_more_mojibake(text: str, expected: str) -> None:
    assert fix_mojibake(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &eacute; &#231; &#xE7; &amp; b", "a é ç ç & b"),
        ("&lt;p&gt;um&lt;/p&gt; &amp;lt;b&amp;gt;dois", "um\ndois"),
        ("AT&T, isto&copy sem ponto e vírgula", "AT&T, isto&copy sem ponto e vírgula"),
    ],
)
def test_layers_of_markup_and_entities(text: str, expected: str) -> None:
    assert normalise_space(strip_layers(text)[0]) == normalise_space(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("veja http://www.a.com.br/x?a=1&b=2 aqui", "veja aqui"),
        ("veja www.a.com.br. Depois", "veja . Depois"),
        ("Disponível em: <http://a.org/x>. Acesso", "Disponível em: . Acesso"),
        ("o blog (https://a.net/b_c), hoje", "o blog , hoje"),
        ("folha.com.br/esportes fim", "fim"),
        ("escreva a ana@a.com ou e/ou 1.5/2 km/h", "escreva a ana@a.com ou e/ou 1.5/2 km/h"),
        ("a Globo.com e o UOL.com.br", "a Globo.com e o UOL.com.br"),
    ],
)
def test_urls_and_what_stands_around_them(text: str, expected: str) -> None:
    assert normalise_space(remove_urls(text)) == expected
