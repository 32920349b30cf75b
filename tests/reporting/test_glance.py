from dataclasses import replace

from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.glance import glance
from tinypt.reporting.page import Facts


def test_the_first_lines_tell_corpus_cost_language_and_the_best_of_each_task(facts: Facts) -> None:
    text = glance(facts.results, facts.comparisons, facts.efficiency, facts.funnel)
    assert "80 of 100 documents are kept (80.0%)" in text
    assert "total needs 2.05 bits per character (teacher 1.60, untrained 3.10)" in text
    assert "the sets have 1.50 million parameters (teacher 6.00, untrained 1.50)" in text
    assert "a text of 128 pieces takes them 8.00 ms (teacher 32.00, untrained 8.00)" in text
    row = "| total, 1 more like it | 0.550 [0.250, 0.750] | +0.350 ▲ | −0.150 ▼ | −0.300 ▼ |"
    assert f"| ASSIN2 similarity, frozen, Pearson {row}" in text


def test_what_was_not_measured_is_left_out(facts: Facts) -> None:
    bare = replace(facts.results, numbers={})
    text = glance(bare, facts.comparisons, Efficiency(1, "none", {}, {}), facts.funnel)
    assert text.startswith("- **Corpus**")
    assert "Speed" not in text
    assert "Language" not in text
