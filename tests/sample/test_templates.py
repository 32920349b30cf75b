from collections import Counter
from random import Random
from types import SimpleNamespace

import pytest

from tinypt.sample.templates import compile_template, pick


def _render(source: str, seed: int = 0) -> str:
    return compile_template(source, lambda name: lambda _: name.upper())(SimpleNamespace(random=Random(seed).random))


def test_text_slots_and_nested_alternatives_are_rendered() -> None:
    assert _render("a {b} c") == "a B c"
    assert {_render("x(1|2{y}(3|4)|)", seed) for seed in range(200)} == {"x1", "x2Y3", "x2Y4", "x"}


@pytest.mark.parametrize("source", ["a|b", "a)b"])
def test_an_unbalanced_template_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        _render(source)


def test_earlier_alternatives_are_more_likely() -> None:
    random = Random(1).random
    counts = Counter(pick("abcd", random) for _ in range(4000))
    assert counts["a"] > counts["b"] > counts["c"] > counts["d"] > 400
