from dataclasses import replace

from hypothesis import given, settings

from tests.cleaning.conftest import RULES, web_text
from tinypt.cleaning.document import repair


@settings(max_examples=500)
@given(web_text)
def test_repairing_a_repaired_text_changes_nothing(text: str) -> None:
    repaired = repair(text, RULES)
    assert repair(repaired.text, RULES).text == repaired.text


def test_repairing_repaired_real_text_changes_nothing(real_texts: list[str]) -> None:
    for text in real_texts[::2]:
        repaired = repair(text, RULES)
        again = repair(repaired.text, RULES)
        assert (again.text, again.changes) == (repaired.text, {})


def test_every_repair_is_named_with_the_bytes_it_took() -> None:
    cases = {
        "markup": ("um <b>bom</b> dia", "um bom dia"),
        "entities": ("um bom dia &amp; noite", "um bom dia & noite"),
        "mojibake": ("uma boa aÃ§Ã£o", "uma boa ação"),
        "urls": ("um bom dia www.a.com.br hoje", "um bom dia hoje"),
        "metadata": ("um bom dia.\nTags: dia, sol", "um bom dia."),
        "lossy_mojibake": ("um bom dia.\numa boa informa??o", "um bom dia."),
    }
    for rule, (text, expected) in cases.items():
        repaired = repair(text, RULES)
        assert repaired.text == expected
        assert repaired.changes == {rule: len(text.encode()) - len(expected.encode())}


def test_white_space_and_curly_quotes_alone_are_no_repair() -> None:
    repaired = repair("  “um\xa0 bom”\n\n\ndia ", RULES)
    assert (repaired.text, repaired.changes) == ('"um bom"\ndia', {})


def test_what_is_switched_off_is_left_alone() -> None:
    text = "um <b>bom</b> dia &amp; aÃ§Ã£o\nwww.a.com.br\nTags: a\ninforma??o"
    off = replace(RULES, markup=False, mojibake=False, urls=False, metadata=False, lossy_mojibake=False)
    assert repair(text, off).text == text


def test_what_one_repair_brings_to_light_another_one_takes() -> None:
    assert repair("Texto.\nFonte: http://a.com.br/x Ana", RULES).text == "Texto."
    assert repair("&lt;a href=&quot;http://a.com/b&quot;&gt;Aqui&lt;/a&gt; está", RULES).text == "Aqui está"
