from tinypt.cleaning.splitting import is_held_out

TEXTS = [f"documento número {index}" for index in range(4000)]


def test_the_share_is_held_out_and_copies_stay_together() -> None:
    chosen = [is_held_out(text, 13, 0.1) for text in TEXTS]
    assert 0.08 < sum(chosen) / len(chosen) < 0.12
    assert [is_held_out(text.upper() + "  ", 13, 0.1) for text in TEXTS] == chosen
    assert [is_held_out(text, 14, 0.1) for text in TEXTS] != chosen


def test_a_larger_share_holds_out_what_a_smaller_did() -> None:
    assert all(is_held_out(text, 13, 0.2) for text in TEXTS if is_held_out(text, 13, 0.1))
