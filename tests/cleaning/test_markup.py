import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cleaning.reference import normalise_space
from tinypt.cleaning.markup import MARKUP, strip_markup


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
def test_text_without_a_known_tag_is_unchanged(text: str) -> None:
    # The alphabet can spell only the elements a and b, which need a closing bracket at once or an attribute.
    if "<a" not in text and "<b" not in text and "</" not in text:
        assert strip_markup(text) == text


def test_tags_vanish_and_blocks_break_lines() -> None:
    page = '<div><p class="x">Um <b>dois</b>.</p><p>Três<br/>quatro</p></div>'
    lines = [line.strip() for line in strip_markup(page).split("\n") if line.strip()]
    assert lines == ["Um dois.", "Três", "quatro"]


def test_elements_that_are_not_prose_are_removed_with_their_content() -> None:
    page = (
        "<p>Fica este parágrafo, que é bem mais longo do que o resto.</p><script>a = '<p>';</script><nav>Início</nav>"
    )
    assert strip_markup(page).strip() == "Fica este parágrafo, que é bem mais longo do que o resto."


@pytest.mark.parametrize(
    "text",
    [
        "Se a<b e c>d, então",
        "R$ <valor> por mês",
        "use <stdio.h> no começo",
        "<3 amo <3",
        "o <time> da <data>",
        "x < y && y > z; AT&T &amp; Cia &copy tudo",
        "List<String> nomes = new ArrayList<>();",
        "a <- b -> c </ d",
    ],
)
def test_free_text_survives_next_to_tags(text: str) -> None:
    assert strip_markup(text) == text
    assert normalise_space(strip_markup(f"<p>{text}</p> <b>fim</b>")) == f"{text}\nfim"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("informa<b>ção</b> e <A HREF='x'>mais</A>", "informação e mais"),
        ("<p>um</p><p class=x>dois<p>três", "um\ndois\ntrês"),
        ("um<br>dois<br/>três<BR />quatro", "um\ndois\ntrês\nquatro"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("um<script type='a'>\nif (a<b) { x('</p>') }\n</script> dois", "um dois"),
        ("um<style>p{}</style><!-- <p>nada</p> --><!DOCTYPE html> dois", "um dois"),
        ("texto longo que fica<nav><a href='/'>Início</a> | b</nav>", "texto longo que fica"),
        ("um<noscript><p>Ative</p></noscript> dois três quatro", "um dois três quatro"),
        ("<img src='a.jpg' alt=\"x > y\"><hr noshade>texto", "texto"),
        ("<a href=\"a\" target=\"_blank\"\">solto</a> <span lang=pt style='x'id=y>b</span>", "solto b"),
        ("<o:p></o:p><st1:PersonName w:st=\"on\">São Paulo</st1:PersonName> <void/>é", "São Paulo é"),
        ("notícias<nav><a href=/>Início</a></nav>Texto longo que fica.", "notícias\nTexto longo que fica."),
        ("Título<form id=f>Um texto longo, a página.</form>Rodapé", "Título\nUm texto longo, a página.\nRodapé"),
        ("<title>T</title>texto<header>a<p>b", "T\ntexto\na\nb"),
        ("<table border><tr><td nowrap>x</table><i class='fa' aria-hidden>y</i><div data-toggle>z", "x\ny\nz"),
        ('<p align="center"">um</p><td width="50%"">dois<br / >três<hr size="1"/ >x', "um\ndois\ntrês\nx"),
        ('um</br/>dois</font color=red>três</p class="x">4<bgsound src="a.mid">', "um\ndoistrês\n4"),
        ('<script>var a=1;</script foo="bar"><style>p{}</style media=x><p>v', "v"),
        ("<![if !IE]>a<![endif]><!-- x --!>b<!-->c<!--->d", "abcd"),
        ("<servico><id>abrir-conta</id> <nome>Abrir conta</nome></servico>", "abrir-conta Abrir conta"),
    ],
)  # fmt: skip
def test_tags_go_and_text_stays(text: str, expected: str) -> None:
    assert pl.Series([text]).str.contains(MARKUP).all()
    assert normalise_space(strip_markup(text)) == expected


def test_an_element_left_open_loses_only_its_tag() -> None:
    assert normalise_space(strip_markup("antes <nav> depois <b>do</b> menu")) == "antes\ndepois do menu"
    assert normalise_space(strip_markup("antes <script> depois <b>do</b> código")) == "antes depois do código"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("um <!-- dois", "um <!-- dois"),
        ("um <!-- a --> dois <!-- três", "um  dois <!-- três"),
        ("<b>um <script> dois <script> três</b>", "um  dois  três"),
        ("<div a=b c=d <p>um</p>", "<div a=b c=d \num\n"),
        ('<p title="a > b <i>c</i>">um</p>', "\num\n"),
        ('<a href="x>um</a> e "dois"', 'um e "dois"'),
        ('<td width= height="5">um</td>', " um "),
        ("<nav>a<nav>b</nav>c</nav>um texto longo", "\n\num texto longo"),
        ("<rt>leitura</rt>um<template>dois</template>", "um"),
        ("</p>um</div>", "\num\n"),
        ("<p/>um<br/>dois<hr>", "\num\ndois\n"),
    ],
)
def test_broken_and_nested_pages(page: str, text: str) -> None:
    assert strip_markup(page) == text


def test_a_tag_may_hold_another_in_a_value_and_only_the_inner_one_may_be_whole() -> None:
    page = "<b a='<b c=\"" * 5
    assert strip_markup(f"{page}<img alt='<i>'>um\ndois") == f"{page}um\ndois"
    assert strip_markup(f"{page}\"'>\"'>um") == "<b a='<b c=\"" * 4 + "\"'>um"


def test_a_form_that_is_the_page_is_kept() -> None:
    page = "Uma página inteira dentro de um formulário, como no ASP.NET."
    assert normalise_space(strip_markup(f"<form id=f>{page}<select><option>RJ</select></form>")) == page
    assert normalise_space(strip_markup(f"<p>{page}</p><form>E-mail <button>Enviar</button></form>")) == page


def test_white_space_between_tags_does_not_decide_whether_a_form_is_the_page() -> None:
    page = "<form><select><option>Capítulo I</option><option>Capítulo II</option></select></form>"
    assert "Capítulo" in strip_markup("<p>Livro</p>" + "\n" * 100 + page)


@given(
    st.text(alphabet=st.characters(exclude_characters="<", exclude_categories=["Cs"])).filter(lambda s: "]]>" not in s)
)
@example("\r")
@example("\t\r\n")
@example(" \n ")
def test_text_between_tags_is_unchanged(text: str) -> None:
    assert strip_markup(f"<b>{text}</b>") == text


def test_removing_elements_of_other_vocabularies_does_not_join_words() -> None:
    assert strip_markup("<tipo>bool</tipo><nome>soma</nome>") == "bool soma"
    assert strip_markup("Bra<o:p></o:p>sil, <st1:place>Brasil</st1:place>.") == "Brasil, Brasil."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("um</> dois</ >", "um dois"),
        ("um <?php echo 'a > b'; ?>dois", "um dois"),
        ("um <?= $x ?><? } ?><?php else: ?><?php endif ?><?php ?>dois", "um dois"),
        ('<?xml version="1.0"?><?xml-stylesheet href="a"?><?mso-application progid="Word"?>um', "um"),
        ("<?php\n$a = 1;\n// nada\nif (a()) {\n  b()\n}\n?>um", "um"),
        ("<?php if ($a < 1): ?><b>um</b><?php endif; ?>", "um"),
        ('texto <a href="x', "texto "),
        ("texto <a href='http://a.com/b?c=d", "texto "),
        ("texto <a href=", "texto "),
        ('texto <img src="a.jpg" alt="uma foto do', "texto "),
        ('texto <img src="a.jpg" al', "texto "),
        ('texto <td width="50%"', "texto "),
        ('um\ndois <div class="x" id="', "um\ndois "),
        ("texto</p", "texto"),
        ("texto <br", "texto "),
        ("texto <br /", "texto "),
        ('texto <time datetime="2010', "texto "),
    ],
)
def test_what_can_be_no_prose_is_removed(text: str, left: str) -> None:
    assert strip_markup(text) == left
    assert pl.Series([text]).str.contains(MARKUP).all()


@pytest.mark.parametrize(
    "text",
    [
        *[
            "a < b",
            "amo <3",
            "a <b",
            "se a <b c=d",
            "x <i j",
            "o <time",
            "o <time joga",
            "a <> b",
            "Map<>",
            "a </ b",
            "<",
        ],
        *["entre <?php e ?>", "use <? e ?>", "abra com <?php (o nome) e feche com ?>", "<?", "<?php"],
        "<?php\necho 1;\nO código acima é só um começo.\n<b",
        "<?php a();\n## Depois do código\nVem um texto (longo);\n?>",
        *['veja <a href="x leia o resto do texto', "se x <table y", "<div class=x texto longo", 'um <a href="x\ndois'],
    ],
)
def test_what_may_be_prose_stays(text: str) -> None:
    assert strip_markup(text) == text
