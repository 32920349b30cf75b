from random import Random

from tinypt.selection.split import is_held_out

HASHES = [Random(seed).randbytes(16) for seed in range(4000)]


def test_the_share_is_held_out_and_depends_on_the_seed() -> None:
    chosen = [is_held_out(value, 13, 0.1) for value in HASHES]
    assert 0.08 < sum(chosen) / len(chosen) < 0.12
    assert [is_held_out(value, 13, 0.1) for value in HASHES] == chosen
    assert [is_held_out(value, 14, 0.1) for value in HASHES] != chosen


def test_a_larger_share_holds_out_the_same_documents_and_more() -> None:
    assert all(is_held_out(value, 13, 0.2) for value in HASHES if is_held_out(value, 13, 0.1))
