from collections import Counter
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cleaning import reference
from tests.cleaning.conftest import REPAIRS, RULES, tricky_text, web_text
from tinypt.cleaning.document import Changes, repair_batch
from tinypt.corpus.files import expand, read_file
from tinypt.params.clean import Clean

OFF = replace(RULES, repairs=())


def _agree(texts: list[str], rules: Clean) -> None:
    repaired, changes = repair_batch(pl.Series(texts, dtype=pl.String), rules)
    for text, after, change in zip(texts, repaired, changes, strict=True):
        expected, expected_changes = reference.repair(text, rules)
        assert (after, list(change.items())) == (expected, list(expected_changes.items())), repr(text)


def _repair(text: str, rules: Clean = RULES) -> tuple[str, Changes]:
    repaired, changes = repair_batch(pl.Series([text]), rules)
    return repaired[0], changes[0]


@settings(max_examples=100)
@given(st.lists(web_text | tricky_text | st.text(max_size=30), max_size=30), st.sets(st.sampled_from(REPAIRS)))
def test_a_batch_gives_the_same_as_each_text_separately(texts: list[str], off: set[str]) -> None:
    _agree(texts, RULES)
    _agree(texts, replace(RULES, repairs=tuple(repair for repair in REPAIRS if repair not in off)))


@settings(max_examples=100)
@given(tricky_text)
@example("²123.456.789-09")
@example("123.456.789-09\u0301")
@example("²Disponível em: http://a.com/b")
@example("\u0327Link: www.a.com\u0301")
@example("<b>um</b>\r<b>dois</b>")
@example("\u2028Â ")
@example("Ã©œ\x80e\u0301\x80\x80")
@example("a\rÂ \u2029\u2028Ã \r")
def test_one_text_is_repaired_as_in_the_reference(text: str) -> None:
    _agree([text], RULES)


@pytest.mark.long
def test_real_texts_are_repaired_as_in_the_reference(real_data: Path) -> None:
    """Ten thousand documents from all files: every fifth whole, of the others the first thousand characters."""
    records = chain(*(read_file(file, "text", Counter()) for file in expand((real_data / "corpus/*.jsonl.zst",))))
    texts = (record.text for record in islice(records, 1, None, 5))
    cut = (text if number % 5 == 0 else text[:1000] for number, text in enumerate(texts) if len(text) < 20_000)
    count = 0
    while batch := list(islice(cut, 2000)):
        _agree(batch, RULES)
        count += len(batch)
    assert count >= 10_000


@settings(max_examples=50)
@given(st.lists(web_text, min_size=10, max_size=30))
def test_repairing_a_repaired_text_changes_nothing(texts: list[str]) -> None:
    once, _ = repair_batch(pl.Series(texts), RULES)
    assert repair_batch(once, RULES)[0].to_list() == once.to_list()


def test_repairing_repaired_real_text_changes_nothing(real_texts: list[str]) -> None:
    once, _ = repair_batch(pl.Series(real_texts), RULES)
    again, changes = repair_batch(once, RULES)
    assert again.to_list() == once.to_list()
    assert not any(changes)


def test_every_repair_is_named_with_the_bytes_it_removed() -> None:
    cases = {
        "markup": ("um <b>bom</b> dia", "um bom dia"),
        "entities": ("um bom dia &amp; noite", "um bom dia & noite"),
        "mojibake": ("uma boa aÃ§Ã£o", "uma boa ação"),
        "urls": ("um bom dia www.a.com.br hoje", "um bom dia hoje"),
        "metadata": ("um bom dia.\nTags: dia, sol", "um bom dia."),
        "lossy_mojibake": ("um bom dia.\numa boa informa??o", "um bom dia."),
    }
    texts, expected = zip(*cases.values(), strict=True)
    repaired, changes = repair_batch(pl.Series(texts), RULES)
    assert repaired.to_list() == list(expected)
    sizes = [len(text.encode()) - len(after.encode()) for text, after in cases.values()]
    assert changes == [{rule: size} for rule, size in zip(cases, sizes, strict=True)]


def test_white_space_and_curly_quotes_do_not_count_as_repairs() -> None:
    assert _repair("  “um\xa0 bom”\n\n\ndia ") == ('"um bom"\ndia', {})


def test_a_repair_that_is_off_changes_nothing() -> None:
    text = "um <b>bom</b> dia &amp; aÃ§Ã£o\nwww.a.com.br\nTags: a\ninforma??o"
    assert _repair(text, OFF) == (text, {})


def test_one_repair_can_expose_work_for_another() -> None:
    assert _repair("Texto.\nFonte: http://a.com.br/x Ana")[0] == "Texto."
    assert _repair("&lt;a href=&quot;http://a.com/b&quot;&gt;Aqui&lt;/a&gt; está")[0] == "Aqui está"


def test_a_line_of_metadata_is_judged_with_the_lines_around_it() -> None:
    kept = "O romance lido foi\npublicado em 1881 e inaugurou\no realismo, como o conto\nescrito por Ana Prado\ne por"
    assert _repair(kept) == (kept, {})
    assert (
        _repair("Discurso sem ponto\nTags: posse\npor Ana Prado\nEra uma vez.")[0] == "Discurso sem ponto\nEra uma vez."
    )
    _agree([kept, "Texto sem ponto", "por Ana Prado", "e por outros", "por Ana Prado\nem 1/2/2010\ne\n" * 3], RULES)


def test_an_empty_batch_and_an_empty_text() -> None:
    assert repair_batch(pl.Series([], dtype=pl.String), RULES)[0].to_list() == []
    assert _repair("") == ("", {})
    assert _repair(" \n ") == ("", {})
