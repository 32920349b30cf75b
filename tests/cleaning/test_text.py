import html

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cleaning import reference
from tests.cleaning.conftest import tricky_text, web_text
from tinypt.cleaning import text as module
from tinypt.cleaning.text import LAYERS, URLS, strip_layers


def remove_urls(text: str) -> str:
    return str(module.remove_urls(pl.Series([text]))[0])


def normalise_space(text: str) -> str:
    return str(module.normalise_space(pl.Series([text]))[0])


@settings(max_examples=300)
@given(st.lists(web_text | tricky_text, min_size=1))
def test_the_screens_find_everything_to_repair(texts: list[str]) -> None:
    column = pl.Series(texts)
    for text in column.filter(~column.str.contains(LAYERS)):
        assert strip_layers(text) == (text, False, False)
    for text in column.filter(~column.str.contains(URLS)):
        assert reference.remove_urls(text) == text


@settings(max_examples=300)
@given(st.lists(web_text | tricky_text))
def test_white_space_and_urls_are_repaired_as_in_the_reference(texts: list[str]) -> None:
    column = module.normalise_space(pl.Series(texts, dtype=pl.String))
    even = [reference.normalise_space(text) for text in texts]
    assert column.to_list() == even
    some = column.filter(column != "")
    assert module.remove_urls(some).to_list() == [reference.remove_urls(text) for text in some]


@pytest.mark.parametrize(
    "text",
    ["<\nhttp://a.com/b\n>", "(http://a.com/b\n)", "[\nhttp://a.com\n] x", "\ufdd0 um\nwww.a.com", "xwww.a.com/b"],
)
def test_urls_in_brackets_on_other_lines_and_domains_inside_domains(text: str) -> None:
    assert remove_urls(text) == reference.remove_urls(text) != text


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
        ("Awwww...que lindo. Awww.Que fofo! wwww.sei lá", "Awwww...que lindo. Awww.Que fofo! wwww.sei lá"),
        ("informaçõeswww.exemplo.com.br hoje", "informações hoje"),
    ],
)
def test_urls(text: str, left: str) -> None:
    assert remove_urls(text) == left


@given(st.text(max_size=80))
def test_white_space_is_normalised(text: str) -> None:
    once = normalise_space(text)
    assert normalise_space(once) == once
    assert "  " not in once
    assert "\n\n" not in once
    assert once.split() == reference.normalise_space(text).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &eacute; &#231; &#xE7; &amp; b", "a é ç ç & b"),
        ("&lt;p&gt;um&lt;/p&gt; &amp;lt;b&amp;gt;dois", "um\ndois"),
        ("a&#0;b &#xD800;&#55357;&#56832; &#x110000; &#99999999999999999999;c", "ab c"),
        ("informa&#xFFFD;&#65533;o&#0;", "informa\ufffd\ufffdo"),
        ("AT&T, isto&copy sem ponto e vírgula", "AT&T, isto&copy sem ponto e vírgula"),
        ("caf&eacute n&atildeo, n&#227o &#xe3o&nbsp2&ordf", "café não, não ão 2ª"),  # as browsers read them
        ("R&D, Q&A, &#1, a&oe; &lt b", "R&D, Q&A, &#1, a&oe; &lt b"),
    ],
)
def test_layers_of_markup_and_entities(text: str, expected: str) -> None:
    assert normalise_space(strip_layers(text)[0]) == normalise_space(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("veja http://www.a.com.br/x?a=1&b=2 aqui", "veja aqui"),
        ("veja www.a.com.br. Depois", "veja . Depois"),
        ("SILVA. Casas. Disponível em: <http://a.org/x>. Acesso", "SILVA. Casas. Acesso"),
        ("SILVA. Casas. Disponível em: <http://a.org/x>. Acesso em: 9 jun. 2014.", "SILVA. Casas."),
        ("Disponível em: http://a.org. Acessado em 22/11/2014. Fim.", "Fim."),
        ("O acervo: http://a.org. Acesso em 2 de maio de 2014.", "O acervo: . Acesso em 2 de maio de 2014."),
        ("É hoje. Mais informações: http://a.org. Venha.", "É hoje. Venha."),
        ("Saiba mais em www.a.org", ""),
        ("Acesse www.a.org e veja.", "Acesse e veja."),
        ("[1]: http://a.org/x", ""),
        ("está disponível em a.com/x e em papel", "está e em papel"),
        ("Fonte: http://a.com Ana", "Fonte: Ana"),
        ("Veja (http://a.com/x),casa e rua", "Veja ,casa e rua"),
        ("em http://a.com/Lula_(animal). Depois", "em . Depois"),
        ("(em http://a.com/Lula_(animal))", "(em )"),
        ("o blog (https://a.net/b_c), hoje", "o blog , hoje"),
        ("folha.com.br/esportes fim", "fim"),
        ("escreva a ana@a.com ou e/ou 1.5/2 km/h", "escreva a ana@a.com ou e/ou 1.5/2 km/h"),
        ("a Globo.com e o UOL.com.br", "a Globo.com e o UOL.com.br"),
    ],
)
def test_urls_are_removed_with_their_surroundings(text: str, expected: str) -> None:
    assert normalise_space(remove_urls(text)) == expected


@pytest.mark.parametrize(
    ("text", "even"),
    [
        ("O pro\xadgra\xadma de edu\xadca\xadção.", "O programa de educação."),
        ("uma\u200b palavra\u200be\u200boutra", "uma palavra e outra"),
        ("Texto\u200f com\u200e marcas\u202e invisíveis\u202c\u2066\u2069\ufeff", "Texto com marcas invisíveis"),
        ("\u2060um\u200d \u200c dois\xad", "um dois"),
        ("\xad\n\u200b\num\n\u200e", "um"),
        ("me\ufff3nina me\u2065nina", "menina menina"),
        ("cora\ufe0fção\u3164 e\u115f \uffa0al\u034fma\u180c\u17b4\u2065", "coração e alma"),
    ],
)
def test_invisible_characters_are_removed(text: str, even: str) -> None:
    assert normalise_space(text) == reference.normalise_space(text) == even


def test_control_characters_that_separate_words_are_spaces() -> None:
    text = pl.Series(["página\x0bdois\x1fum\r\nfim", "nada", "\r"])
    assert module.separate(text).to_list() == ["página dois um\nfim", "nada", "\r"]
