import numpy as np
import pytest
from transformers import PreTrainedTokenizerBase

from tinypt.tokens import frequency
from tinypt.tokens.frequency import count_pieces


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_every_piece_is_counted_except_special_tokens(
    cased: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(frequency, "CHUNK", chunk)
    first, last = 10, len(cased) - 1
    cls, sep, pad = cased.cls_token_id, cased.sep_token_id, cased.pad_token_id
    ids = np.array([[cls, first, last, sep], [cls, last, sep, pad], [cls, first, last, sep]], dtype=np.uint16)
    counts = count_pieces(ids, cased)
    assert counts.shape == (len(cased),)
    assert (counts[first], counts[last], counts.sum()) == (2, 3, 5)
