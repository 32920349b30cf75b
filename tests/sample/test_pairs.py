from random import Random
from statistics import mean

from tinypt.sample.pairs import Pair, make_pair


def _pairs(entailment: bool) -> list[Pair]:
    return [make_pair(entailment, Random(seed)) for seed in range(400)]


def _overlap(pair: Pair) -> float:
    first, second = set(pair.premise.lower().split()), set(pair.hypothesis.lower().split())
    return len(first & second) / len(first | second)


def test_similarity_is_graded_and_within_bounds() -> None:
    entailed, other = _pairs(True), _pairs(False)
    for pair in entailed + other:
        assert 1 <= pair.similarity <= 5
        assert pair.premise != pair.hypothesis
    assert mean(pair.similarity for pair in entailed) > mean(pair.similarity for pair in other) + 1
    assert len({pair.similarity for pair in other}) > 20


def test_shared_words_do_not_reveal_the_label() -> None:
    """Similar pairs without entailment are common, and so are entailments with few shared words."""
    entailed, other = _pairs(True), _pairs(False)
    middle = sorted(map(_overlap, entailed))[200]
    assert sum(_overlap(pair) > middle for pair in other) > 60
    assert sum(_overlap(pair) < 0.5 for pair in entailed) > 60


def test_a_negated_hypothesis_is_never_entailed() -> None:
    assert not any(" não " in pair.hypothesis for pair in _pairs(True))
    assert any(" não " in pair.hypothesis for pair in _pairs(False))
