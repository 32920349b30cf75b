import pytest

from tinypt.reporting.published import PUBLISHED


@pytest.mark.parametrize(
    ("measurement", "values"),
    [
        ("mlm", [1.7569, 5.7462, 1.9433, 3.3025]),
        ("assin2_similarity", [0.6139, 0.5262, 0.5763, 0.4400]),
        ("assin2_entailment", [0.1983, 0.2183, 0.4059, 0.2225]),
        ("tweetsentbr", [0.2778, 0.1905, 0.2121, 0.1667, 0.3583, 0.2000]),
    ],
)
def test_the_values_are_the_printed_ones(measurement: str, values: list[float]) -> None:
    printed = PUBLISHED[measurement]
    assert [score for column in printed.columns.values() for score in column.values()] == values
    assert {model for column in printed.columns.values() for model in column} == {"teacher", "base", "partial", "total"}


def test_every_caveat_is_one_sentence() -> None:
    for published in PUBLISHED.values():
        assert published.caveat.endswith(".")
        assert ". " not in published.caveat
