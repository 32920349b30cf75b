import html
from pathlib import Path

import ftfy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinypt.cleaning.text import fix_mojibake, normalise_space, remove_urls, strip_layers
from tinypt.corpus.files import read_file

SAFE = "".join(map(chr, range(32, 127))) + "\n\táàâãéêíóôõúç"


@settings(max_examples=500)
@given(st.text(alphabet=SAFE, max_size=200))
def test_what_the_screen_lets_pass_ftfy_would_not_change(text: str) -> None:
    config = ftfy.TextFixerConfig(unescape_html=False)
    assert ftfy.fix_text(text, config) == text


@settings(max_examples=300)
@given(st.text(max_size=200).filter(lambda text: "\r" not in text))
def test_the_screened_repair_equals_ftfys(text: str) -> None:
    assert fix_mojibake(text) == ftfy.fix_text(text, ftfy.TextFixerConfig(unescape_html=False))


def test_the_screened_repair_equals_ftfys_on_real_text(real_data: Path) -> None:
    from collections import Counter
    from itertools import islice

    path = real_data / "corpus/blogs-00.jsonl.zst"
    config = ftfy.TextFixerConfig(unescape_html=False)
    for record in islice(read_file(path, "text", Counter()), 0, 2000, 20):
        assert fix_mojibake(record.text) == ftfy.fix_text(record.text, config), record.doc_id


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
