import importlib
import itertools

import ftfy
import polars as pl
import pytest
from ftfy.fixes import uncurl_quotes
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cleaning import reference
from tests.cleaning.conftest import tricky_text, web_text
from tinypt.cleaning import mojibake as module
from tinypt.cleaning.mojibake import SUSPECT
from tinypt.cleaning.text import strip_layers
from tinypt.runtime.errors import PipelineError

SIGNS = "àáãâäçéêèíñóôõöúüýÀÁÃÂÇÉÊÍÓÔÕÚÜ\xa0–—…•·ªº°§«»€™®©²³½¼‘’“”"


def fix_mojibake(text: str) -> str:
    return str(module.fix_mojibake(pl.Series([text]))[0])


def _let_pass(texts: list[str]) -> list[str]:
    column = pl.Series(texts)
    return column.filter(~column.str.contains(SUSPECT)).to_list()


def test_the_screen_is_right_for_every_character() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for text in _let_pass([f"e{character}" for character in characters]):
        assert reference.fix_mojibake(text) == uncurl_quotes(text), repr(text)


def test_the_screen_is_right_for_every_pair_of_signs() -> None:
    frames = ("{}{}", "a{}{}a", " {}{} ", ".{}{}\n")
    pairs = itertools.product(SIGNS + "aZ5 .?!\"'&\n\t-œŒ×ÎÐØà", repeat=2)
    texts = [frame.format(*pair) for pair in pairs for frame in frames]
    passed = _let_pass(texts)
    assert len(passed) > len(texts) / 2
    for text in passed:
        assert reference.fix_mojibake(text) == uncurl_quotes(text), repr(text)


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from(SIGNS + "aeZ5 .,?!\"'&;\n\tœŒ×Ð"), max_size=12) | web_text | tricky_text)
def test_plain_ftfy_gives_the_same(text: str) -> None:
    assert fix_mojibake(text) == reference.fix_mojibake(text)


@settings(max_examples=100)
@given(st.lists(st.text(max_size=100)))
def test_plain_ftfy_gives_the_same_for_any_text(texts: list[str]) -> None:
    fixed = module.fix_mojibake(pl.Series(texts, dtype=pl.String))
    assert fixed.to_list() == list(map(reference.fix_mojibake, texts))


@settings(max_examples=200)
@given(
    st.text(alphabet="aéçãõÉÇÃ€“”’–…ªº°\xa0àÓ 1.œЖλ日", max_size=20),
    st.lists(st.sampled_from(["latin-1", "cp1252", "cp1251", "cp1250", "cp437", "mac-roman"]), min_size=1, max_size=2),
)
@example("ÃÃ\xa0", ["latin-1"])  # after one decoding a word in capitals that ends in Ã
@pytest.mark.long
def test_plain_ftfy_gives_the_same_for_mojibake(text: str, encodings: list[str]) -> None:
    for encoding in encodings:
        text = text.encode().decode(encoding, "replace")
    for damaged in (text, text.replace("\xa0", " "), f"um {text} dois\n{text}"):
        assert fix_mojibake(damaged) == reference.fix_mojibake(damaged)


@pytest.mark.long
def test_plain_ftfy_gives_the_same_on_real_text(real_texts: list[str]) -> None:
    plain = [strip_layers(text)[0] for text in real_texts]
    for text, fixed in zip(plain, module.fix_mojibake(pl.Series(plain)), strict=True):
        assert fixed == reference.fix_mojibake(text)


def test_long_lines_are_cut_as_ftfy_cuts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    config = ftfy.TextFixerConfig(unescape_html=False, max_decode_length=50)
    monkeypatch.setattr(module, "_SEGMENT", 50)
    for text in ("x" * 49 + "Ã§Ã£o Ã  ", "x" * 50 + "Â  1", "1" * 50 + "Ã x\n" + "aÃ§Ã£o"):
        assert fix_mojibake(text) == ftfy.fix_text(text, config)


def test_another_version_of_ftfy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftfy, "__version__", "7.0")
    with pytest.raises(PipelineError, match=r"ftfy 7\.0"):
        importlib.reload(module)


def test_most_real_lines_never_reach_ftfy(real_texts: list[str]) -> None:
    lines = [line for text in real_texts for line in strip_layers(text)[0].split("\n")]
    assert len(_let_pass(lines)) > 0.99 * len(lines)


@pytest.mark.parametrize(
    "text",
    ["São João, às 10h – “até logo” … 25 °C, 3º, R$ 5, 10 €", "EDUCAÇÃO E AÇÕES", "L’Oréal", "«Não», disse"],
)
def test_ordinary_portuguese_passes_the_screen(text: str) -> None:
    assert _let_pass([text]) == [text]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_mojibake_is_repaired(encoding: str) -> None:
    text = "O coração não é só emoção: são três lições."
    assert fix_mojibake(text.encode().decode(encoding, "replace")) == text


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
    "text",
    [
        "«HORTELÃ»",
        "A PALAVRA «LÃ» E A «MAÇû",
        "“VOLTO AMANHÃ”",
        "SÓ DE MANHÃ…",
        "IRMÃ™",
        "CRISTÃ – A VIDA",
        "‘IRMÃ’",
        "MAÇÃ©",
        "HORTELÃ”©",
        "IRMÃ”º",
        "“IRMÃ”º",
        "CRISTê E CRISTú",
        "IRMÃ³, MAÇÃ©",
        "VOLTO AMANHÃ”",
        "MANHÃ • TARDE",
        "LÃ° E MAÇÃ°",
        "TUPÃ² IRMù MAÇÃ†",
        "A MAÇÃ¶",
        "«SÓ» MANHë»",
        "ALEMÃ§",
    ],
)
def test_words_in_capitals_that_end_in_a_tilde_are_right(text: str) -> None:
    assert fix_mojibake(text) == uncurl_quotes(text)


@pytest.mark.parametrize(
    "text",
    [
        "MARIA JOSÉ¹, ANDRÉ², PELÉ³",
        "SÃO TOMÉ², BEBÊ¹, PIAUÍ²",
        "JOSÉ† E JOSÉ‡",
        "ATÉ½ KG",
        "CAFÉ•BAR",
        "CAFÉ°",
        "1ª SÉª",
        "CAFɺ",
        "“CASA”º E “casa”ª",
    ],
)
def test_a_mark_after_a_word_in_capitals_is_right(text: str) -> None:
    assert fix_mojibake(text) == uncurl_quotes(text)


def test_a_no_break_space_after_a_tilde_separates_words() -> None:
    assert fix_mojibake("ATÉ AMANHÃ\xa0DE NOITE") == "ATÉ AMANHÃ\xa0DE NOITE"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("AVÃ” E AVÃ“", "AVÔ E AVÓ"),  # no quotation mark was opened
        ("«HORTELÃ» e aÃ§Ã£o", "«HORTELû e ação"),  # other mojibake in the line
        ("NÃ£o, EDUCAÃ‡ÃƒO", "Não, EDUCAÇÃO"),
        ("ir Ã\xa0 praia", "ir à praia"),
        ("CAFÃ© DA AVÃ³, VOCÃª E O BAÃº", "CAFé DA AVó, VOCê E O BAú"),  # capitals of bytes, not of letters
        ("IRMÃ£, IMÃ³VEL, SÃ“ E FÃ‰", "IRMã, IMóVEL, SÓ E FÉ"),
        ("LINGÃ¼ISTA, NÂº 5, CRISTÃ³VÃ£O, IRMÃƒ", "LINGüISTA, Nº 5, CRISTóVãO, IRMÃ"),
        ("MAÇÃ© e aÃ§Ã£o", "MAÇé e ação"),
    ],
)
def test_mojibake_that_resembles_them_is_repaired(text: str, fixed: str) -> None:
    assert fix_mojibake(text) == fixed


def test_a_line_that_does_not_settle_stays_and_the_others_are_repaired() -> None:
    """Each decoding turns only the last of these letters and its continuation into one more continuation."""
    endless = "Â" * 50 + "§ fim Ã€"
    assert fix_mojibake(f"{endless}\naÃ§Ã£o\n") == f"{endless}\nação\n"
    hidden = endless.encode().decode("latin-1") + " Ã€"
    assert len(fix_mojibake(hidden)) >= len(endless)


def test_a_run_of_combining_marks_is_cut() -> None:
    assert fix_mojibake("e" + "\u0301\u0327" * 5000 + "!") == fix_mojibake("e" + "\u0301\u0327" * 15 + "!")
    assert fix_mojibake("cafe\u0301") == "café"
