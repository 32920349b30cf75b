from tinypt.reporting.ladder import MOST, changed, ladder_table, leaves
from tinypt.reporting.page import Facts


def test_each_set_is_compared_with_the_one_above_it(facts: Facts) -> None:
    table = ladder_table(facts.results, facts.comparisons, facts.params["students"])
    first, second = table.rows
    assert first[:3] == ["partial", "the first", "–"]
    assert second[:4] == ["total", "epochs: 0.5 → 0.9; losses.kl: – → 5.0", "−0.300", "+0.100 ="]


def test_only_so_many_changes_are_spelt_out(facts: Facts) -> None:
    sets = {"partial": {"distill": {}}, "total": {"distill": {f"key_{number}": number for number in range(9)}}}
    told = ladder_table(facts.results, facts.comparisons, sets).rows[1][1]
    assert told.count("→") == MOST
    assert told.endswith("; and 3 more")


def test_changes_are_found_in_either_direction() -> None:
    before, after = {"a": {"b": 1, "c": None}, "d": [1, 2]}, {"a": {"b": 1, "c": 2.0}, "e": True}
    assert leaves(before) == {"a.b": "1", "a.c": "null", "d": "[1, 2]"}
    assert changed(before, after) == {"a.c": ("null", "2.0"), "d": ("[1, 2]", "–"), "e": ("–", "True")}
    assert changed(before, before) == {}
