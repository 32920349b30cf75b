import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinypt.sentences.cut import cut_sentences, sentence_key


@pytest.mark.parametrize(
    "sentences",
    [
        ["Choveu muito.", "O açude encheu!", "E agora?", "Ninguém sabe…", "Fim"],
        ["O Sr. Silva e a Dra. Ana chegaram.", "Saíram cedo."],
        ["Mora na Av. Brasil, n. 10, em S. Paulo.", "É longe."],
        ["J. R. R. Tolkien escreveu o livro.", "Vendeu bem."],
        ["Custa R$ 1.234,56 por mês.", "É caro."],
        ["Nasceu em 12 de mar. 1980.", "Cresceu perto do mar.", "Depois partiu."],
        ["O art. 5.º e a pág. 12 tratam disso.", "Leia."],
        ["No séc. XIX, havia bondes.", "Hoje não."],
        ["Comprou pão, leite, etc.", "Depois voltou."],
        ["Comprou pão, leite, etc. e voltou."],
        ["1. Introdução ao tema.", "2. Método."],
        ["Eram 10.", "Sobraram 3."],
        ['Ele disse: "Vou embora."', "E saiu."],
        ["“Vá embora!”", "Ele saiu."],
        ["“Vá embora!” disse ele.", "Saiu."],
        ["— Vamos! — gritou o pai.", "— Já vou — disse ela."],
        ["Não sei... talvez amanhã.", "Não sei...", "Talvez."],
        ["O quê?!", "Como assim?"],
        ["(Veja a nota.)", "Ela explica."],
        ["A versão 3.5 saiu em site.com.br ontem.", "Funciona."],
        ["Sem ponto final no título"],
    ],
)
def test_sentences_are_cut_where_they_end(sentences: list[str]) -> None:
    assert cut_sentences(" ".join(sentences)) == sentences


def test_lines_are_never_joined() -> None:
    assert cut_sentences("Um título\n\nA menina comeu\r\na maçã. Depois saiu.") == [
        *("Um título", "A menina comeu", "a maçã.", "Depois saiu.")
    ]


TEXTS = st.text(alphabet='aA1é .!?…"”)\n—', max_size=60)


@given(TEXTS)
def test_nothing_is_lost_and_cutting_again_changes_nothing(text: str) -> None:
    sentences = cut_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


@pytest.mark.parametrize("unit", [".", "!)", "1. ", "Dr. ", "A. ", '."', "— ", "? a", " "])
def test_the_time_is_linear(unit: str) -> None:
    began = time.process_time()
    cut_sentences(unit * 200_000)
    assert time.process_time() - began < 5  # a quadratic cutter takes minutes


def test_keys_ignore_the_form() -> None:
    assert sentence_key("A Ação — “não” é fácil!") == sentence_key("a acao nao e facil") == "aacaonaoefacil"
    assert sentence_key("Você tem 2 m²?") == "vocetem2m2"
    assert sentence_key("— …!") == ""


@given(st.text(max_size=20))
def test_a_key_is_its_own_key_and_ignores_case(text: str) -> None:
    key = sentence_key(text)
    assert sentence_key(key) == key
    assert sentence_key(text.casefold()) == key
