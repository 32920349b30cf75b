"""Agreement and contraction, in every phrase of the grammar and in generated documents."""

import re
from itertools import pairwise
from random import Random

import pytest

from tinypt.sample.documents import write_document
from tinypt.sample.grammar import NounPhrase, passive_phrase, sentence, verb_phrase
from tinypt.sample.inflection import DETERMINERS, conjugate
from tinypt.sample.lexicon import adjective, noun, parse_list
from tinypt.sample.topic import TOPICS

NOUNS = {word for topic in TOPICS for nouns in topic.lists.values() for word in nouns.masculine + nouns.feminine}


def test_every_phrase_agrees() -> None:
    red = adjective("vermelho")
    for word in NOUNS:
        for name, (number, *forms) in DETERMINERS.items():
            text = NounPhrase(word, name, red).text()
            assert text.startswith(forms[word.gender])
            assert text.endswith((("vermelho", "vermelha"), ("vermelhos", "vermelhas"))[number][word.gender])


def test_prepositions_contract() -> None:
    house, men = NounPhrase(noun("casa", 1), "o"), NounPhrase(noun("homem", 0), "os")
    assert [house.text(preposition) for preposition in ("de", "em", "a", "por", "com")] == [
        "da casa", "na casa", "à casa", "pela casa", "com a casa"
    ]  # fmt: skip
    assert [men.text(preposition) for preposition in ("de", "em", "a", "por")] == [
        "dos homens", "nos homens", "aos homens", "pelos homens"
    ]  # fmt: skip


def test_verb_phrases() -> None:
    cut = conjugate("cortar")
    assert verb_phrase(cut, "progressive", 1, negated=True) == "não estão cortando"
    assert passive_phrase(cut, "past", gender=1, number=1) == "foram cortadas"
    assert passive_phrase(conjugate("pagar"), "progressive", gender=1, number=0) == "está sendo paga"


def test_a_noun_of_unknown_gender_is_refused() -> None:
    with pytest.raises(ValueError, match="gender of pão"):
        parse_list("food = pão")


def test_a_sentence_keeps_its_final_mark() -> None:
    assert sentence("tudo bem?") == "Tudo bem?"
    assert sentence('"ótimo", disse') == '"Ótimo", disse.'


def test_documents_agree_and_contract() -> None:
    """A determiner agrees with the noun after it. No preposition precedes an uncontracted article."""
    forms: dict[str, set[tuple[int, int]]] = {}
    for word in NOUNS:
        for name in ("-", "--"):
            forms.setdefault(word.phrases[name], set()).add((word.gender, DETERMINERS[name][0]))
    determiners: dict[str, set[tuple[int, int]]] = {}
    for number, *words in DETERMINERS.values():
        for gender, word in enumerate(words):
            determiners.setdefault(word, set()).add((gender, number))
    fixed = {("no", "final"), ("no", "caixa"), ("a", "campo")}  # at the end; at the cash desk; on to the pitch
    for index in range(600):
        text = write_document(Random(f"agreement/{index}")).text.lower()
        assert not re.search(r"\b(de|em|por) (o|os|as)\b|\ba os?\b", text)
        words = re.findall(r"[\w-]+|[^\w\s]", text)
        for first, second in pairwise(words):
            if first in determiners and second in forms and (first, second) not in fixed:
                assert determiners[first] & forms[second], f"{first} {second}"
