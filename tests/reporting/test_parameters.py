from tinypt.reporting.parameters import changed_parameters, flatten_parameters


def test_changes_are_found_in_either_direction() -> None:
    before, after = {"a": {"b": 1, "c": None}, "d": [1, 2]}, {"a": {"b": 1, "c": 2.0}, "e": True}
    assert flatten_parameters(before) == {"a.b": "1", "a.c": "null", "d": "[1, 2]"}
    assert changed_parameters(before, after) == {"a.c": ("null", "2.0"), "d": ("[1, 2]", "–"), "e": ("–", "True")}
    assert changed_parameters(before, before) == {}
